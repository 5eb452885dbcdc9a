import type { MessagesView } from '@parley/client';
import { useState } from 'react';

/** With more messages than this, a list that stays at its end lets go of the oldest … */
const MOST = 600;
/** … and keeps these. So many are taken back at a time when somebody scrolls up to them. */
const KEPT = 300;

/**
 * From which of the messages on the list lays them out. Each one that arrives costs it a look at all that it has, so of
 * a conversation that goes on and on it has the last ones.
 *
 * @param mayLetGo whether nobody reads, or stands on, the oldest ones
 */
export function useStretch({ items, hasNewer }: MessagesView, mayLetGo: () => boolean) {
  const [from, setFrom] = useState(0);
  let start = hasNewer ? 0 : startOf(items, from);
  if (!hasNewer && items.length - start > MOST && mayLetGo()) {
    start = items.length - KEPT;
    setFrom(items[start]?.seq ?? 0);
  }
  /** Takes back some of those that were let go of: the next ones, or as many as it takes to come to that seq. */
  const takeBack = (seq = items[start]?.seq ?? 0) => setFrom((held) => Math.min(held, seq - KEPT));
  return { start, takeBack };
}

/** The index of the message with that seq, or of the next one; a stretch of fewer than `KEPT` is none. */
export function startOf(items: MessagesView['items'], seq: number): number {
  let low = 0;
  let high = Math.max(0, items.length - KEPT);
  while (low < high) {
    const middle = (low + high) >> 1;
    // Those that wait have no seq yet, and come last.
    if ((items[middle]?.seq || Number.MAX_SAFE_INTEGER) < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
