import { useCallback, useRef } from 'react';
import { useParleyClient } from '../../store.ts';
import { useBeforeLeaving } from '../../view/leaving.ts';

/** Each mark is written to disk and told to the server: while messages pour in, the furthest one is enough. */
const EVERY_MS = 250;

/** Marks a thread as read up to a seq: at once, then again at most every so often, and before the page goes away. */
export function useMarkRead(threadId: string): (seq: number) => void {
  const parley = useParleyClient();
  const wanted = useRef(0);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const tell = useCallback(() => {
    clearTimeout(timer.current);
    timer.current = undefined;
    if (wanted.current === 0) return;
    parley.markRead(threadId, wanted.current);
    wanted.current = 0;
    timer.current = setTimeout(tell, EVERY_MS);
  }, [parley, threadId]);

  useBeforeLeaving(tell);

  return useCallback(
    (seq) => {
      wanted.current = Math.max(wanted.current, seq);
      if (timer.current === undefined) tell();
    },
    [tell],
  );
}
