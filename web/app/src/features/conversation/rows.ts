import type { MessagesView, MessageView } from '@parley/client';

/** What one line of the list is. Keys stay with what they name, whatever is put in front or behind. */
export type Row = DayRow | UnreadRow | MessageRow | TypingRow;

export interface DayRow {
  kind: 'day';
  key: string;
  at: string;
}

export interface UnreadRow {
  kind: 'unread';
  key: 'unread';
}

export interface TypingRow {
  kind: 'typing';
  key: 'typing';
}

export interface MessageRow {
  kind: 'message';
  key: string;
  message: MessageView;
  isGroupStart: boolean;
  isGroupEnd: boolean;
  /** Its state is said: it is the last own message, or it needs its writer. */
  showsState: boolean;
  /** The message it replies to; undefined while that one is not loaded. */
  quoted: MessageView | undefined;
}

const GROUP_MS = 5 * 60_000;

const unreadRow: UnreadRow = { kind: 'unread', key: 'unread' };
const typingRow: TypingRow = { kind: 'typing', key: 'typing' };

/** When a message was sent, as numbers: parsing the same time again for each change of a long list is dear. */
interface Stamp {
  ms: number;
  day: number;
}

const stamps = new WeakMap<MessageView, Stamp>();
const messageRows = new WeakMap<MessageView, MessageRow>();
const dayRows = new WeakMap<MessageView, DayRow>();

function stampOf(message: MessageView): Stamp {
  let stamp = stamps.get(message);
  if (!stamp) {
    const date = new Date(message.at);
    const day = (date.getFullYear() * 12 + date.getMonth()) * 31 + date.getDate();
    stamp = { ms: date.getTime(), day };
    stamps.set(message, stamp);
  }
  return stamp;
}

type Source = Pick<MessagesView, 'items' | 'hasOlder' | 'unreadFrom'>;

/**
 * The lines of a conversation from the message at index `start` on, oldest first. A line that did not change is the same object as before.
 *
 * Nothing here looks at what comes before a message to decide how high its line is, so lines that are put in front
 * never change one that is on the screen. For the same reason the first line is no day while there is older history.
 */
export function buildRows({ items, hasOlder, unreadFrom }: Source, isTyping: boolean, start = 0): Row[] {
  const rows: Row[] = [];
  const lastOwn = lastOwnIndex(items, start);
  let previous: MessageView | undefined;
  let isBroken = true;
  for (let index = start; index < items.length; index++) {
    const message = items[index] as MessageView;
    if (previous ? stampOf(previous).day !== stampOf(message).day : !hasOlder && start === 0) {
      rows.push(dayRow(message));
      isBroken = true;
    }
    if (unreadFrom !== null && message.seq === unreadFrom) {
      rows.push(unreadRow);
      isBroken = true;
    }
    const next = items[index + 1];
    const isGroupEnd = !next || next.seq === unreadFrom || !belongTogether(message, next);
    const showsState = index === lastOwn || message.state === 'failed';
    const quoted = message.replyTo === undefined ? undefined : findBySeq(items, message.replyTo);
    rows.push(messageRow(message, isBroken, isGroupEnd, showsState, quoted));
    isBroken = isGroupEnd;
    previous = message;
  }
  if (isTyping) rows.push(typingRow);
  return rows;
}

function belongTogether(a: MessageView, b: MessageView): boolean {
  if (a.from !== b.from) return false;
  const first = stampOf(a);
  const second = stampOf(b);
  return first.day === second.day && second.ms - first.ms <= GROUP_MS;
}

function lastOwnIndex(items: readonly MessageView[], start: number): number {
  for (let index = items.length - 1; index >= start; index--) {
    if (items[index]?.state !== undefined) return index;
  }
  return -1;
}

/** By halving: messages that have a seq come in its order, those that wait (seq 0) at the end. */
export function indexOfSeq(items: readonly MessageView[], seq: number): number {
  let low = 0;
  let high = items.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = items[middle]?.seq || Number.MAX_SAFE_INTEGER;
    if (found === seq) return middle;
    if (found < seq) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

export function findBySeq(items: readonly MessageView[], seq: number): MessageView | undefined {
  return items[indexOfSeq(items, seq)];
}

function dayRow(message: MessageView): DayRow {
  let row = dayRows.get(message);
  if (!row) {
    row = { kind: 'day', key: `day ${message.key}`, at: message.at };
    dayRows.set(message, row);
  }
  return row;
}

function messageRow(
  message: MessageView,
  isGroupStart: boolean,
  isGroupEnd: boolean,
  showsState: boolean,
  quoted: MessageView | undefined,
): MessageRow {
  const held = messageRows.get(message);
  if (
    held &&
    held.isGroupStart === isGroupStart &&
    held.isGroupEnd === isGroupEnd &&
    held.showsState === showsState &&
    held.quoted === quoted
  )
    return held;
  const row: MessageRow = {
    kind: 'message',
    key: message.key,
    message,
    isGroupStart,
    isGroupEnd,
    showsState,
    quoted,
  };
  messageRows.set(message, row);
  return row;
}

/** Messages of the other person that came after `seq`: what is counted on the button that leads to the end. */
export function countNewAfter(items: readonly MessageView[], seq: number): number {
  let count = 0;
  for (let index = items.length - 1; index >= 0; index--) {
    const message = items[index] as MessageView;
    if (message.seq !== 0 && message.seq <= seq) break;
    if (message.seq !== 0 && !message.isMine && !message.deleted) count++;
  }
  return count;
}
