import type { MessagesView } from '@parley/client';
import { useEffect, useRef } from 'react';
import { announce } from '../../ui/toasts.ts';
import { useIsShown } from '../../view/shown.ts';

/** Says each message that arrives in the shown conversation once to a screen reader; never the history. */
export function useAnnounceArrivals(view: MessagesView | undefined, name: string | undefined): void {
  const isShown = useIsShown();
  /** Up to here everything was there before, or was said. */
  const said = useRef<number | null>(null);

  useEffect(() => {
    if (!view || view.isLoading || view.hasNewer || name === undefined) return;
    const newest = view.items.findLast(({ seq }) => seq > 0)?.seq ?? 0;
    const before = said.current;
    said.current = Math.max(before ?? 0, newest);
    if (!isShown || before === null) return;
    const first = view.items.findLastIndex(({ seq }) => seq > 0 && seq <= before) + 1;
    const arrived = view.items
      .slice(first)
      .filter(({ seq, isMine, deleted }) => seq > 0 && !isMine && !deleted);
    if (arrived.length > 0) announce(arrived.map(({ text }) => `${name}: ${text}`).join('\n'));
  }, [view, name, isShown]);
}
