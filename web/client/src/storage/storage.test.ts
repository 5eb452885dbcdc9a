import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, test } from 'vitest';
import { ManualClock, settle } from '../../test/support/manualClock.ts';
import { ModelServer } from '../../test/support/modelServer.ts';
import type { Head, Message } from '../protocol.ts';
import { IndexedDbStorage } from './indexedDb.ts';
import { MemoryStorage } from './memory.ts';
import type { Batch, Storage } from './storage.ts';
import { WriteBehind } from './writeBehind.ts';

const server = new ModelServer();
const me = server.addUser('ada');
server.addUser('bob');
const template = server.head('ada', server.startThread('ada', 'bob'));

let names = 0;
const engines: [string, () => Promise<Storage>][] = [
  ['memory', async () => new MemoryStorage()],
  ['IndexedDB', () => IndexedDbStorage.open(`contract-${++names}`)],
];

const head = (id: string, activity: number, rest: Partial<Head> = {}): Head => ({
  ...template,
  id,
  activity,
  version: activity,
  ...rest,
});
const message = (seq: number, revision = seq): Message => ({
  seq,
  cid: `c${seq}`,
  from: 'bob',
  text: `text ${seq} at ${revision}`,
  at: '2026-01-01T00:00:00.000Z',
  revision,
});
const batch = (version: number, rest: Partial<Batch> = {}): Batch => ({
  expected: version === 1 ? null : { epoch: 'e', version: version - 1, step: version - 1 },
  state: { epoch: 'e', version, step: version, me, isComplete: true },
  isCleared: false,
  heads: [],
  goneHeads: [],
  droppedWindows: [],
  windows: new Map(),
  messages: new Map(),
  ...rest,
});
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const ids = (heads: Head[]) => heads.map(({ id }) => id).sort();

describe.each(engines)('%s', (_name, open) => {
  let storage: Storage;
  beforeEach(async () => {
    storage = await open();
  });

  test('begins empty', async () => {
    expect(await storage.loadState()).toBeNull();
    expect(await storage.loadHeads()).toEqual([]);
    expect(await storage.loadWindow('t')).toBeNull();
    expect(await storage.loadMessages('t', Number.MAX_SAFE_INTEGER)).toEqual({ from: 0, messages: [] });
  });

  test('[C6] takes a step only if it follows what is stored', async () => {
    expect(await storage.commit(batch(1, { heads: [head('a', 1)] }))).toBe(true);
    expect(await storage.commit(batch(2, { heads: [head('a', 2)] }))).toBe(true);
    expect(await storage.commit(batch(2, { heads: [head('a', 9)] }))).toBe(false);
    expect(await storage.commit(batch(1, { heads: [head('b', 9)] }))).toBe(false);
    const foreign = { ...batch(3), expected: { epoch: 'other', version: 2, step: 2 } };
    expect(await storage.commit(foreign)).toBe(false);
    const sameVersion = { ...batch(3), expected: { epoch: 'e', version: 2, step: 1 } };
    expect(await storage.commit(sameVersion)).toBe(false);
    expect(await storage.loadState()).toMatchObject({ version: 2 });
    expect((await storage.loadHeads()).map(({ id, activity }) => [id, activity])).toEqual([['a', 2]]);
  });

  test('keeps thousands of heads through changes, moves and removals', async () => {
    const all = range(1, 1200).map((n) => head(`t${n}`, n));
    await storage.commit(batch(1, { heads: all.slice().reverse() }));
    expect(ids(await storage.loadHeads())).toEqual(ids(all));
    await storage.commit(
      batch(2, {
        heads: [head('t5', 2000), head('t7', 7, { muted: true, version: 2001 })],
        goneHeads: ['t9'],
      }),
    );
    const stored = await storage.loadHeads();
    expect(ids(stored)).toEqual(ids(all.filter(({ id }) => id !== 't9')));
    expect(stored.find(({ id }) => id === 't5')?.activity).toBe(2000);
    expect(stored.find(({ id }) => id === 't7')?.muted).toBe(true);
  });

  test('finds the most recent heads and the pinned ones first', async () => {
    const all = range(1, 1200).map((n) => head(`t${n}`, n, { pinned: n === 3 }));
    await storage.commit(batch(1, { heads: all.reverse() }));
    await storage.loadHeads();
    await storage.commit(batch(2, { heads: [head('t20', 5000)] }));
    const recent = ids(await storage.loadRecentHeads());
    for (const id of ['t3', 't20', 't1200', 't1100']) expect(recent).toContain(id);
  });

  test('gives messages from the newest down, without a hole', async () => {
    const messages = new Map([['t', range(10, 400).map((seq) => message(seq))]]);
    const windows = new Map([['t', { low: 10, revision: 400, usedAt: 1 }]]);
    await storage.commit(batch(1, { windows, messages }));
    let below = Number.MAX_SAFE_INTEGER;
    const read: number[] = [];
    while (below > 10) {
      const part = await storage.loadMessages('t', below);
      expect(part.messages.length).toBeGreaterThan(0);
      expect(part.messages.length).toBeLessThan(200);
      read.unshift(...part.messages.map(({ seq }) => seq));
      below = part.from === 0 ? 0 : part.from;
    }
    expect(read).toEqual(range(10, 400));
  });

  test('keeps the later state of a message, whatever the order', async () => {
    await storage.commit(batch(1, { messages: new Map([['t', [message(1, 5), message(2)]]]) }));
    await storage.commit(batch(2, { messages: new Map([['t', [message(1, 3), message(2, 7)]]]) }));
    const { messages } = await storage.loadMessages('t', Number.MAX_SAFE_INTEGER);
    expect(messages.map(({ revision }) => revision)).toEqual([5, 7]);
  });

  test('[C3] a dropped window takes its messages along, and a new one begins empty', async () => {
    const windows = new Map([['t', { low: 1, revision: 2, usedAt: 1 }]]);
    await storage.commit(batch(1, { windows, messages: new Map([['t', [message(1), message(2)]]]) }));
    await storage.commit(
      batch(2, {
        droppedWindows: ['t'],
        windows: new Map([['t', { low: 9, revision: 9, usedAt: 2 }]]),
        messages: new Map([['t', [message(9)]]]),
      }),
    );
    const { messages } = await storage.loadMessages('t', Number.MAX_SAFE_INTEGER);
    expect(messages.map(({ seq }) => seq)).toEqual([9]);
    expect(await storage.loadWindow('t')).toMatchObject({ low: 9 });
  });

  test('[C3] what was erased is not there when its window was dropped, even if the new one reaches as far', async () => {
    const windows = new Map([['t', { low: 1, revision: 2, usedAt: 1 }]]);
    await storage.commit(batch(1, { windows, messages: new Map([['t', [message(1), message(2)]]]) }));
    await storage.commit(
      batch(2, { droppedWindows: ['t'], windows, messages: new Map([['t', [message(2)]]]) }),
    );
    const { messages } = await storage.loadMessages('t', Number.MAX_SAFE_INTEGER);
    expect(messages.map(({ seq }) => seq)).toEqual([2]);
  });

  test('[S7] a cleared cache leaves outbox and drafts', async () => {
    await storage.putOutbox({ id: 'x', thread: 't', at: '', act: { kind: 'send', text: 'waits' } });
    await storage.putDraft('t', { text: 'half a' });
    await storage.commit(batch(1, { heads: [head('a', 1)], messages: new Map([['t', [message(1)]]]) }));
    await storage.commit(batch(2, { isCleared: true, heads: [head('b', 1)] }));
    expect(ids(await storage.loadHeads())).toEqual(['b']);
    expect((await storage.loadMessages('t', 9)).messages).toEqual([]);
    expect((await storage.loadOutbox()).map(({ id }) => id)).toEqual(['x']);
    expect(await storage.loadDrafts()).toEqual(new Map([['t', { text: 'half a' }]]));
    await storage.deleteOutbox('x');
    await storage.putDraft('t', null);
    expect(await storage.loadOutbox()).toEqual([]);
    expect((await storage.loadDrafts()).size).toBe(0);
  });

  test('remembers which windows were used last', async () => {
    const windows = new Map(range(1, 9).map((n) => [`t${n}`, { low: 1, revision: 1, usedAt: n }]));
    await storage.commit(batch(1, { windows }));
    expect([...(await storage.loadRecentWindows(2)).keys()]).toEqual(['t9', 't8']);
  });
});

test('a new schema drops the cache, never the outbox or the drafts', async () => {
  const old = await IndexedDbStorage.open('upgraded');
  await old.commit(batch(1, { heads: [head('a', 1)] }));
  await old.putOutbox({ id: 'x', thread: 't', at: '', act: { kind: 'send', text: 'waits' } });
  await old.putDraft('t', { text: 'half a' });
  old.close();
  const storage = await IndexedDbStorage.open('upgraded', Number.MAX_SAFE_INTEGER);
  expect(await storage.loadState()).toBeNull();
  expect(await storage.loadHeads()).toEqual([]);
  expect((await storage.loadOutbox()).length).toBe(1);
  expect((await storage.loadDrafts()).size).toBe(1);
  storage.close();
});

test('[C7] destroying deletes the database, even while another page has it open', async () => {
  const other = await IndexedDbStorage.open('left');
  const storage = await IndexedDbStorage.open('left');
  await storage.putDraft('t', { text: 'secret' });
  await storage.destroy();
  await expect(other.loadDrafts()).rejects.toThrow();
  const names = (await indexedDB.databases()).map(({ name }) => name);
  expect(names).not.toContain('parley-user-left');
});

describe('write-behind', () => {
  test('gathers for some hundred milliseconds, and tells what is stored', async () => {
    const clock = new ManualClock();
    const storage = new MemoryStorage();
    const stored: number[] = [];
    let version = 1;
    const state = () => ({ epoch: 'e', version, me, isComplete: true });
    const writer = new WriteBehind(storage, clock, {
      state,
      onStored: (at) => stored.push(at),
      onConflict: () => expect.unreachable(),
    });
    writer.begin(null);
    writer.putHead('a', head('a', 1));
    await clock.advance(200);
    version = 2;
    writer.putHead('b', head('b', 2));
    expect(await storage.loadState()).toBeNull();
    await clock.advance(200);
    expect(stored).toEqual([2]);
    expect(ids(await storage.loadHeads())).toEqual(['a', 'b']);
  });

  test('[C6] of two writers on one database, the second learns that it is not alone', async () => {
    const clock = new ManualClock();
    const conflicts: string[] = [];
    const open = async (name: string) => {
      const storage = await IndexedDbStorage.open('shared');
      await storage.loadHeads();
      const writer = new WriteBehind(storage, clock, {
        state: () => ({ epoch: 'e', version: 5, me, isComplete: true }),
        onStored: () => {},
        onConflict: () => conflicts.push(name),
      });
      writer.begin(await storage.loadState());
      return { storage, writer };
    };
    const [first, second] = [await open('first'), await open('second')];
    first.writer.putHead('a', head('a', 5));
    second.writer.putHead('b', head('b', 5));
    await first.writer.flush();
    await second.writer.flush();
    expect(conflicts).toEqual(['second']);
    expect(ids(await second.storage.loadHeads())).toEqual(['a']);
  });

  test('a full disk loses nothing: it is written when there is room', async () => {
    const clock = new ManualClock();
    let isFull = true;
    class FullStorage extends MemoryStorage {
      override async commit(step: Batch): Promise<boolean> {
        if (isFull) throw new DOMException('full', 'QuotaExceededError');
        return super.commit(step);
      }
    }
    const storage = new FullStorage();
    const writer = new WriteBehind(storage, clock, {
      state: () => ({ epoch: 'e', version: 1, me, isComplete: true }),
      onStored: () => {},
      onConflict: () => expect.unreachable(),
    });
    writer.begin(null);
    writer.putHead('a', head('a', 1));
    writer.putMessages('t', [message(1)]);
    await clock.advance(1000);
    writer.putHead('b', head('b', 1));
    isFull = false;
    await clock.advance(60_000);
    await settle();
    expect(ids(await storage.loadHeads())).toEqual(['a', 'b']);
    expect((await storage.loadMessages('t', 9)).messages.length).toBe(1);
  });
});
