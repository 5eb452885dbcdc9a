import type { Message } from '../protocol.ts';

/**
 * What the device holds of a thread's messages: one contiguous run from `low` up to the newest message of `revision`
 * (C3). The messages from `loadedFrom` on are in memory, those below it lie in storage.
 */
export interface ThreadWindow {
  readonly low: number;
  readonly revision: number;
  readonly loadedFrom: number;
  /** Ascending by seq. */
  readonly items: readonly Message[];
  /** Where the server goes on below `low`, if it told. */
  readonly olderPageToken?: string;
}

/** The index of the first message with that seq or a higher one. */
export function indexOfSeq(items: readonly Message[], seq: number): number {
  let from = 0;
  let to = items.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((items[middle] as Message).seq < seq) from = middle + 1;
    else to = middle;
  }
  return from;
}

export function findSeq(items: readonly Message[], seq: number): Message | undefined {
  const found = items[indexOfSeq(items, seq)];
  return found?.seq === seq ? found : undefined;
}

/**
 * Lays messages over others: whole states, the higher revision wins, so doing it twice or late changes nothing.
 * Returns the same array if nothing changed.
 */
export function mergeMessages(items: readonly Message[], added: readonly Message[]): readonly Message[] {
  let merged: Message[] | undefined;
  for (const message of added) {
    const current: readonly Message[] = merged ?? items;
    const index = indexOfSeq(current, message.seq);
    const held = current[index];
    if (held?.seq === message.seq) {
      if (held.revision >= message.revision) continue;
      merged ??= items.slice();
      merged[index] = message;
    } else {
      merged ??= items.slice();
      if (index === merged.length) merged.push(message);
      else merged.splice(index, 0, message);
    }
  }
  return merged ?? items;
}

/** The same window without what "delete for me" took away. */
export function trimWindow(window: ThreadWindow, clearedSeq: number): ThreadWindow {
  if (clearedSeq < window.low) return window;
  return {
    low: clearedSeq + 1,
    revision: window.revision,
    loadedFrom: Math.max(window.loadedFrom, clearedSeq + 1),
    items: window.items.slice(indexOfSeq(window.items, clearedSeq + 1)),
  };
}
