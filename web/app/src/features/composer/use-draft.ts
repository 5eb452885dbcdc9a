import type { Draft } from '@parley/client';
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import { useParley, useParleyClient } from '../../store.ts';

const WRITE_AFTER_MS = 250;

const nothing: Draft = { text: '' };

const isSame = (a: Draft, b: Draft) =>
  a.text === b.text && a.replyTo === b.replyTo && a.editing === b.editing;

const isNothing = (draft: Draft) => isSame(draft, nothing);

/**
 * What is being written in a thread, kept by the device: a reload in the middle of a word has it still. The field
 * goes first, the store follows; what another tab wrote is taken over while nobody writes here.
 */
export function useDraft(threadId: string, field: RefObject<HTMLTextAreaElement | null>) {
  const parley = useParleyClient();
  const stored = useParley(`draft:${threadId}`) ?? nothing;
  const [draft, setDraft] = useState(stored);
  const current = useRef(draft);
  /** What was written last, until the store says so too: what it says before that is older. */
  const written = useRef<Draft | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const flush = useCallback(() => {
    if (timer.current === undefined) return;
    clearTimeout(timer.current);
    timer.current = undefined;
    written.current = current.current;
    parley.setDraft(threadId, isNothing(current.current) ? null : current.current);
  }, [parley, threadId]);

  const change = useCallback(
    (next: Draft, isUrgent = false) => {
      current.current = next;
      setDraft(next);
      timer.current ??= setTimeout(flush, WRITE_AFTER_MS);
      if (isUrgent) flush();
    },
    [flush],
  );

  useEffect(() => {
    if (written.current !== null) {
      if (isSame(stored, written.current)) written.current = null;
      return;
    }
    if (timer.current !== undefined || isSame(stored, current.current)) return;
    if (field.current === document.activeElement && document.hasFocus() && !isNothing(current.current))
      return;
    current.current = stored;
    setDraft(stored);
  }, [stored, field]);

  useEffect(() => {
    const onHide = () => document.visibilityState === 'hidden' && flush();
    addEventListener('pagehide', flush);
    document.addEventListener('visibilitychange', onHide);
    return () => {
      flush();
      removeEventListener('pagehide', flush);
      document.removeEventListener('visibilitychange', onHide);
    };
  }, [flush]);

  /** What is written now, drawn or not. */
  const latest = useCallback(() => current.current, []);

  return { draft, latest, change, flush };
}
