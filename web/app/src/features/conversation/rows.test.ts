import type { MessageView, SendState } from '@parley/client';
import { describe, expect, test } from 'vitest';
import { buildRows, countNewAfter, indexOfSeq, type MessageRow, type Row } from './rows.ts';

const noon = new Date(2026, 10, 3, 12, 0).getTime();
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

function message(
  seq: number,
  from: 'me' | 'anna',
  minutes: number,
  more: Partial<MessageView> = {},
): MessageView {
  const isMine = from === 'me';
  return {
    seq,
    cid: `c${seq}`,
    key: `${from}:c${seq}`,
    from,
    isMine,
    text: `text ${seq}`,
    at: new Date(noon + minutes * MINUTE).toISOString(),
    revision: seq,
    ...(isMine ? { state: 'sent' as SendState } : {}),
    ...more,
  };
}

const build = (
  items: MessageView[],
  more: { hasOlder?: boolean; unreadFrom?: number; isTyping?: boolean } = {},
) =>
  buildRows(
    { items, hasOlder: more.hasOlder ?? false, unreadFrom: more.unreadFrom ?? null },
    more.isTyping ?? false,
  );

const kinds = (rows: Row[]) => rows.map(({ kind }) => kind);
const bubbles = (rows: Row[]) => rows.filter((row): row is MessageRow => row.kind === 'message');

describe('groups', () => {
  test('messages of one sender within five minutes form one group', () => {
    const rows = bubbles(build([message(1, 'me', 0), message(2, 'me', 4), message(3, 'me', 9)]));
    expect(rows.map((row) => [row.isGroupStart, row.isGroupEnd])).toEqual([
      [true, false],
      [false, false],
      [false, true],
    ]);
  });

  test('a pause of more than five minutes begins a new group', () => {
    const rows = bubbles(build([message(1, 'me', 0), message(2, 'me', 5.1)]));
    expect(rows.map((row) => row.isGroupEnd)).toEqual([true, true]);
  });

  test('another sender begins a new group', () => {
    const rows = bubbles(build([message(1, 'me', 0), message(2, 'anna', 0.5), message(3, 'anna', 1)]));
    expect(rows.map((row) => row.isGroupStart)).toEqual([true, true, false]);
  });

  test('midnight ends a group, however short the pause', () => {
    const rows = build([message(1, 'me', 12 * 60 - 1), message(2, 'me', 12 * 60 + 1)]);
    expect(kinds(rows)).toEqual(['day', 'message', 'day', 'message']);
    expect(bubbles(rows).map((row) => row.isGroupEnd)).toEqual([true, true]);
  });
});

test('a list that begins later has the same lines from there on, and a quote of what comes before', () => {
  const items = [
    message(1, 'me', 0),
    message(2, 'anna', 1),
    message(3, 'anna', 2, { replyTo: 1 }),
    message(4, 'me', 3),
  ];
  const source = { items, hasOlder: false, unreadFrom: null };
  const rows = buildRows(source, false, 2);
  expect(rows).toEqual(
    buildRows(source, false)
      .slice(-2)
      .map((row, index) => (index === 0 ? { ...row, isGroupStart: true } : row)),
  );
  expect(bubbles(rows)[0]?.quoted).toBe(items[0]);
});

describe('days', () => {
  test('each day begins with its separator', () => {
    const rows = build([message(1, 'me', 0), message(2, 'me', 1), message(3, 'me', DAY / MINUTE)]);
    expect(kinds(rows)).toEqual(['day', 'message', 'message', 'day', 'message']);
  });

  test('the first line is no day while there is older history, for it would move when that comes', () => {
    expect(kinds(build([message(5, 'me', 0)], { hasOlder: true }))).toEqual(['message']);
  });

  test('older messages in front leave every line that was there as it was', () => {
    const older = [message(1, 'me', -2), message(2, 'me', -1)];
    const shown = [message(3, 'me', 0), message(4, 'anna', 1), message(5, 'anna', DAY / MINUTE)];
    const before = build(shown, { hasOlder: true });
    const after = build([...older, ...shown], { hasOlder: true });
    const heightOf = (row: Row) =>
      row.kind === 'message' ? [row.key, row.isGroupEnd, row.showsState] : [row.key];
    expect(after.slice(-before.length).map(heightOf)).toEqual(before.map(heightOf));
  });
});

describe('the unread line', () => {
  test('stands before the first unread message and parts a group', () => {
    const rows = build([message(1, 'anna', 0), message(2, 'anna', 1)], { unreadFrom: 2 });
    expect(kinds(rows)).toEqual(['day', 'message', 'unread', 'message']);
    expect(bubbles(rows).map((row) => [row.isGroupStart, row.isGroupEnd])).toEqual([
      [true, true],
      [true, true],
    ]);
  });

  test('comes after the separator of its day', () => {
    const rows = build([message(1, 'anna', 0), message(2, 'anna', DAY / MINUTE)], { unreadFrom: 2 });
    expect(kinds(rows)).toEqual(['day', 'message', 'day', 'unread', 'message']);
  });

  test('is not drawn while its message is not loaded', () => {
    expect(kinds(build([message(7, 'anna', 0)], { unreadFrom: 3 }))).not.toContain('unread');
  });
});

describe('the state', () => {
  const stated = (items: MessageView[]) =>
    bubbles(build(items))
      .filter((row) => row.showsState)
      .map((row) => row.message.cid);

  test('is said under the last own message only, also when the other person wrote after it', () => {
    expect(stated([message(1, 'me', 0), message(2, 'me', 1), message(3, 'anna', 2)])).toEqual(['c2']);
  });

  test('is said under each message that failed', () => {
    const failed = message(0, 'me', 1, { state: 'failed', cid: 'f' });
    const waiting = message(0, 'me', 2, { state: 'sending', cid: 'w' });
    expect(stated([message(1, 'me', 0), failed, waiting])).toEqual(['f', 'w']);
  });

  test('is not said of a deleted message', () => {
    const { state: _, ...deleted } = message(2, 'me', 1, { deleted: true, text: '' });
    expect(stated([message(1, 'me', 0), deleted])).toEqual(['c1']);
  });
});

describe('lines', () => {
  test('that did not change are the same objects', () => {
    const items = [message(1, 'me', 0), message(2, 'anna', 1), message(3, 'anna', 30)];
    const before = build(items);
    const after = build([...items, message(4, 'anna', 40)]);
    expect(after.slice(0, before.length).every((row, index) => row === before[index])).toBe(true);
  });

  test('have keys of their own', () => {
    const rows = build([message(1, 'anna', 0), message(2, 'anna', DAY / MINUTE)], {
      unreadFrom: 2,
      isTyping: true,
    });
    expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
  });

  test('end with the dots while the other person types', () => {
    expect(build([message(1, 'anna', 0)], { isTyping: true }).at(-1)?.kind).toBe('typing');
  });

  test('carry the message that is replied to, once it is loaded', () => {
    const reply = message(9, 'me', 3, { replyTo: 4 });
    const quoted = message(4, 'anna', 0);
    expect(bubbles(build([quoted, reply])).at(-1)?.quoted).toBe(quoted);
    expect(bubbles(build([reply])).at(-1)?.quoted).toBeUndefined();
  });
});

test('a message is found by its seq, with waiting ones at the end', () => {
  const items = [message(3, 'me', 0), message(4, 'me', 1), message(6, 'me', 2), message(0, 'me', 3)];
  expect([3, 4, 6, 5, 0, 7].map((seq) => indexOfSeq(items, seq))).toEqual([0, 1, 2, -1, -1, -1]);
});

test('new messages are those of the other person after what was seen', () => {
  const items = [
    message(1, 'anna', 0),
    message(2, 'anna', 1),
    message(3, 'me', 2),
    message(4, 'anna', 3, { deleted: true }),
    message(5, 'anna', 4),
    message(0, 'me', 5),
  ];
  expect(countNewAfter(items, 1)).toBe(2);
  expect(countNewAfter(items, 5)).toBe(0);
});
