import type { Draft } from '@parley/client';
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import { useParley, useParleyClient } from '../../store.ts';
import { useBeforeLeaving } from '../../view/leaving.ts';

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
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const flush = useCallback(() => {
    if (timer.current === undefined) return;
    clearTimeout(timer.current);
    timer.current = undefined;
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
    if (isSame(stored, current.current) || timer.current !== undefined) return;
    // What was drawn may be older than what was written since; the store never is.
    const told = parley.store.get(`draft:${threadId}`) ?? nothing;
    if (isSame(told, current.current)) return;
    if (field.current === document.activeElement && document.hasFocus() && !isNothing(current.current))
      return;
    current.current = told;
    setDraft(told);
  }, [stored, field, parley, threadId]);

  useBeforeLeaving(flush);

  /** What is written now, drawn or not. */
  const latest = useCallback(() => current.current, []);

  return { draft, latest, change, flush };
}
