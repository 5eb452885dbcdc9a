import { beforeEach, describe, expect, test } from 'vitest';
import { startDevice, type TestDevice } from '../../test/support/device.ts';
import { ModelServer } from '../../test/support/modelServer.ts';
import type { MessageView } from '../parley.ts';
import { MemoryDevice, MemoryStorage } from '../storage/memory.ts';
import type { Storage } from '../storage/storage.ts';
import type { OutboxEntry } from './entry.ts';

let server: ModelServer;
let thread: string;
let ada: TestDevice;

beforeEach(async () => {
  server = new ModelServer();
  for (const user of ['ada', 'bob', 'cyd']) server.addUser(user);
  thread = server.startThread('ada', 'bob');
  ada = await startDevice(server, 'ada');
  ada.parley.openThread(thread);
  await ada.pass();
});

const items = () => ada.parley.store.get(`messages:${thread}`)?.items ?? [];
const newest = () => items().at(-1) as MessageView;
const serverTexts = () => server.visible('ada', thread).map(({ text }) => text);
const sends = () => ada.network.frames.filter((frame) => frame.type === 'send');
const waiting = () => ada.parley.store.get('connection')?.waiting;
const goOffline = async () => {
  ada.network.isDown = true;
  ada.network.cut();
  await ada.pass(2000);
};
const goOnline = async () => {
  ada.network.isDown = false;
  await ada.pass(31_000);
};

describe('[C4] a sent message', () => {
  test('[C4] shows at once as sending, and keeps its key when the server has it', async () => {
    ada.network.isAutomatic = false;
    ada.parley.send(thread, 'hello');
    await ada.pass(20);
    expect(newest()).toMatchObject({ text: 'hello', seq: 0, state: 'sending', isMine: true });
    const { key } = newest();
    await ada.network.run();
    await ada.pass();
    expect(newest()).toMatchObject({ text: 'hello', seq: 1, state: 'sent', key });
  });

  test('[C4] an ack says "sent" and advances neither the version nor the messages', async () => {
    ada.network.isAutomatic = false;
    ada.parley.send(thread, 'hello');
    await ada.pass(20);
    ada.network.deliver();
    expect(ada.network.packets.map(({ what }) => what).sort()).toEqual(['ack', 'changes']);
    const changes = ada.network.packets.findIndex(({ what }) => what === 'changes');
    ada.network.packets.splice(changes, 1);
    await ada.network.run();
    await ada.pass(20);
    expect(newest()).toMatchObject({ seq: 0, state: 'sent' });
    expect(waiting()).toBe(0);
    expect(ada.parley.store.get(`thread:${thread}`)?.lastSeq).toBe(0);
  });

  test('[C4] the bubble stays while only the head knows of the message', async () => {
    const { network } = ada;
    const deliverOnly = async (kind: string) => {
      const wanted = network.packets
        .splice(0)
        .filter((packet) => packet.kind === kind && packet.what !== 'changes');
      for (const packet of wanted) packet.deliver();
      await ada.pass(150);
    };
    network.isAutomatic = false;
    ada.parley.send(thread, 'hello');
    await ada.pass(20);
    await deliverOnly('toServer');
    await deliverOnly('toClient');
    expect(newest()).toMatchObject({ seq: 0, state: 'sent' });
    server.send('bob', thread, 'later', 'later');
    ada.parley.updateThread(thread, { muted: true });
    await ada.pass(20);
    await deliverOnly('request');
    await deliverOnly('response');
    expect(ada.parley.store.get(`thread:${thread}`)?.lastSeq).toBe(2);
    expect(items().map(({ text }) => text)).toEqual(['hello']);
  });

  test('[C4] the bubble becomes the message in one notification: never both, never neither', async () => {
    const seen: string[] = [];
    ada.parley.store.subscribe(`messages:${thread}`, () =>
      seen.push(
        items()
          .map(({ text }) => text)
          .join(),
      ),
    );
    for (const text of ['a', 'b', 'c']) ada.parley.send(thread, text);
    await ada.pass(1000);
    expect(items().map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(seen.every((texts) => 'a,b,c'.startsWith(texts) && texts !== '')).toBe(true);
    expect(seen.at(-1)).toBe('a,b,c');
  });

  test('[C4] the change may come before the ack, or without one', async () => {
    ada.network.isAutomatic = false;
    ada.parley.send(thread, 'hello');
    await ada.pass(20);
    ada.network.deliver();
    // The model pushes before it acknowledges.
    expect(ada.network.packets.map(({ what }) => what)).toEqual(['changes', 'ack']);
    const [change, ack] = ada.network.packets.splice(0);
    change?.deliver();
    await ada.pass(20);
    expect(items().length).toBe(1);
    expect(newest()).toMatchObject({ seq: 1, state: 'sent' });
    ack?.deliver();
    await ada.network.run();
    await ada.pass();
    expect(items().length).toBe(1);
    expect(newest()).toMatchObject({ seq: 1, state: 'sent' });
  });

  test('[C4] in a thread that is not open is done when the head shows it', async () => {
    const other = server.startThread('ada', 'cyd');
    await ada.pass();
    ada.parley.send(other, 'unseen');
    await ada.pass();
    expect(ada.parley.store.get(`thread:${other}`)?.preview).toMatchObject({ text: 'unseen', state: 'sent' });
    ada.parley.openThread(other);
    await ada.pass();
    expect(ada.texts(other)).toEqual(['unseen']);
  });
});

describe('[C5] the outbox', () => {
  test('[C5] is on disk before the send is tried', async () => {
    let write: () => void = () => {};
    class SlowStorage extends MemoryStorage {
      override async putOutbox(entry: OutboxEntry): Promise<void> {
        await new Promise<void>((resolve) => {
          write = resolve;
        });
        await super.putOutbox(entry);
      }
    }
    const device = new (class extends MemoryDevice {
      override open = async (): Promise<Storage> => new SlowStorage();
    })();
    const slow = await startDevice(server, 'ada', { device });
    slow.parley.send(thread, 'hello');
    await slow.pass(5000);
    expect(slow.network.frames.some(({ type }) => type === 'send')).toBe(false);
    expect(slow.parley.store.get(`thread:${thread}`)?.preview?.text).toBe('hello');
    write();
    await slow.pass();
    expect(serverTexts()).toEqual(['hello']);
  });

  test('[C5] waits off-line and goes out in order, once', async () => {
    await goOffline();
    for (const text of ['one', 'two', 'three']) ada.parley.send(thread, text);
    await ada.pass();
    expect(items().map(({ state }) => state)).toEqual(['queued', 'queued', 'queued']);
    expect(waiting()).toBe(3);
    await goOnline();
    expect(serverTexts()).toEqual(['one', 'two', 'three']);
    expect(ada.texts(thread)).toEqual(['one', 'two', 'three']);
    expect(waiting()).toBe(0);
  });

  test('[C5] outlives the program', async () => {
    await goOffline();
    for (const text of ['one', 'two']) ada.parley.send(thread, text);
    await ada.pass();
    await ada.parley.stop();
    const again = await startDevice(server, 'ada', { device: ada.device });
    await again.pass(2000);
    expect(serverTexts()).toEqual(['one', 'two']);
  });

  test('[C5] after a lost answer sends again with the same cid, and the message is there once', async () => {
    ada.network.isAutomatic = false;
    ada.parley.send(thread, 'hello');
    await ada.pass(20);
    ada.network.deliver();
    expect(serverTexts()).toEqual(['hello']);
    ada.network.cut();
    ada.network.isAutomatic = true;
    await ada.pass(31_000);
    expect(serverTexts()).toEqual(['hello']);
    expect(ada.texts(thread)).toEqual(['hello']);
    expect(new Set(sends().map(({ cid }) => cid)).size).toBe(1);
  });

  test('[C5] an ack that never comes is asked for again with the same cid', async () => {
    ada.network.isAutomatic = false;
    ada.parley.send(thread, 'hello');
    await ada.pass(20);
    ada.network.packets.length = 0;
    ada.network.isAutomatic = true;
    await ada.pass(12_000);
    expect(serverTexts()).toEqual(['hello']);
    expect(ada.texts(thread)).toEqual(['hello']);
    expect(server.visible('ada', thread)[0]?.cid).toBe(sends()[0]?.cid);
  });

  test('[C5] a message that fails for now holds back those after it in its thread, not in others', async () => {
    const other = server.startThread('ada', 'cyd');
    await ada.pass();
    ada.network.blocksSockets = true;
    ada.network.cut();
    await ada.pass(10_000);
    ada.network.intercept = (method, path) =>
      method === 'POST' && path.includes(thread)
        ? { status: 503, body: { title: 'busy', status: 503, code: 'unavailable' } }
        : undefined;
    ada.parley.send(thread, 'one');
    ada.parley.send(thread, 'two');
    ada.parley.send(other, 'elsewhere');
    await ada.pass(2000);
    expect(serverTexts()).toEqual([]);
    expect(server.visible('ada', other).map(({ text }) => text)).toEqual(['elsewhere']);
    ada.network.intercept = () => undefined;
    await ada.pass(31_000);
    expect(serverTexts()).toEqual(['one', 'two']);
  });

  test('[C5] waits as long as Retry-After says', async () => {
    ada.network.blocksSockets = true;
    ada.network.cut();
    await ada.pass(10_000);
    ada.network.intercept = (method) =>
      method === 'POST'
        ? {
            status: 429,
            body: { title: 'slow down', status: 429, code: 'rate_limited' },
            headers: { 'retry-after': '7' },
          }
        : undefined;
    ada.parley.send(thread, 'one');
    await ada.pass(1000);
    ada.network.intercept = () => undefined;
    await ada.pass(5000);
    expect(serverTexts()).toEqual([]);
    await ada.pass(1500);
    expect(serverTexts()).toEqual(['one']);
  });

  test('[C5] a refusal shows as failed with its reason; retry sends it again, discard forgets it', async () => {
    ada.network.blocksSockets = true;
    ada.network.cut();
    await ada.pass(10_000);
    ada.network.intercept = (method) =>
      method === 'POST'
        ? { status: 413, body: { title: 'Too long', status: 413, code: 'too_large' } }
        : undefined;
    ada.parley.send(thread, 'first');
    ada.parley.send(thread, 'second');
    await ada.pass(1000);
    expect(items().map(({ state }) => state)).toEqual(['failed', 'failed']);
    expect(newest().error?.code).toBe('too_large');
    expect(waiting()).toBe(0);
    ada.network.intercept = () => undefined;
    const [first, second] = items() as [MessageView, MessageView];
    ada.parley.retry(first.cid);
    ada.parley.discard(second.cid);
    await ada.pass(3000);
    expect(ada.texts(thread)).toEqual(['first']);
    expect(server.visible('ada', thread)[0]?.cid).toBe(first.cid);
  });

  test('[C5] a message that the server cannot read fails with a reason, and does not close the socket for ever', async () => {
    ada.parley.send(thread, 'half a \ud83d');
    ada.parley.send(thread, 'fine');
    await ada.pass(31_000);
    const [fine, failed] = items();
    expect(fine).toMatchObject({ seq: 1, text: 'fine' });
    expect(failed).toMatchObject({ state: 'failed', error: { code: 'invalid_request' } });
    expect(serverTexts()).toEqual(['fine']);
    expect(ada.network.sockets.length).toBe(2);
  });

  test('[C5] what the server cannot read fails even where each socket is back before HTTP has answered', async () => {
    const { network } = ada;
    network.isAutomatic = false;
    ada.parley.send(thread, 'half a \ud83d');
    ada.parley.send(thread, 'fine');
    for (let second = 0; second < 40; second++) {
      const sends = network.packets.filter(({ what }) => what.startsWith('POST'));
      for (let round = 0; round < 5; round++) {
        for (const packet of network.packets.splice(0)) {
          if (packet.what.startsWith('POST')) sends.push(packet);
          else packet.deliver();
        }
        await ada.pass(200);
      }
      for (const packet of sends) packet.deliver();
    }
    expect(items().map(({ state, text }) => [state, text])).toEqual([
      ['sent', 'fine'],
      ['failed', 'half a \ud83d'],
    ]);
  });

  test('[C5] a text too long for a frame goes by HTTP', async () => {
    const text = '😀'.repeat(10_000);
    ada.parley.send(thread, text);
    await ada.pass();
    expect(sends().length).toBe(0);
    expect(serverTexts()).toEqual([text]);
  });

  test('[C5] a refusal by socket is a refusal', async () => {
    server.users.get('ada')?.rows.delete(thread);
    ada.parley.send(thread, 'nobody there');
    await ada.pass();
    expect(newest()).toMatchObject({ state: 'failed', error: { code: 'not_found' } });
  });

  test('[C5] takes a thousand and says clearly that it takes no more', async () => {
    await goOffline();
    for (let index = 0; index < 1000; index++) ada.parley.send(thread, `text ${index}`);
    await ada.pass(200);
    expect(waiting()).toBe(1000);
    expect(() => ada.parley.send(thread, 'one too many')).toThrow(/1000/);
  });

  test('[C5] what is said faster than it can be stored is refused, never taken and lost', async () => {
    await goOffline();
    let taken = 0;
    const say = () => {
      for (let index = 0; index < 5000; index++) ada.parley.send(thread, `text ${taken++}`);
    };
    expect(say).toThrow(/1000/);
    await ada.pass(200);
    expect(waiting()).toBe(1000);
    await goOnline();
    await ada.pass(60_000);
    expect(serverTexts().length).toBe(1000);
  });

  test('[C5] a text that no server takes is refused at once, counted as people count', () => {
    expect(() => ada.parley.send(thread, '😀'.repeat(10_001))).toThrow(/10,000/);
    expect(() => ada.parley.edit(thread, 1, 'x'.repeat(10_001))).toThrow(/10,000/);
    ada.parley.send(thread, '😀'.repeat(10_000));
  });

  test('[C5] a server that asks by socket for a pause gets it, and then everything, in order and once', async () => {
    ada.network.sendsLeft = 5;
    const texts = Array.from({ length: 20 }, (_, index) => `text ${index}`);
    for (const text of texts) ada.parley.send(thread, text);
    await ada.pass(1000);
    expect(serverTexts()).toEqual(texts.slice(0, 5));
    expect(items().map(({ state }) => state)).not.toContain('failed');
    const tried = sends().length;
    await ada.pass(1500);
    expect(sends().length).toBe(tried);
    ada.network.sendsLeft = 100;
    await ada.pass(2000);
    expect(serverTexts()).toEqual(texts);
    expect(ada.texts(thread)).toEqual(texts);
    // By the same socket: it was no fault of it.
    expect(ada.network.requests.filter((request) => request.startsWith('POST'))).toEqual([]);
  });
});

describe('acts on messages', () => {
  beforeEach(async () => {
    ada.parley.send(thread, 'mine');
    await ada.pass();
    server.send('bob', thread, 'theirs', 'theirs');
    await ada.pass();
    ada.network.isAutomatic = false;
  });

  test('show at once, as changing, and then for good', async () => {
    ada.parley.edit(thread, 1, 'edited');
    ada.parley.react(thread, 2, '👍', true);
    await ada.pass(20);
    expect(items()[0]).toMatchObject({ text: 'edited', isChanging: true });
    expect(items()[1]).toMatchObject({ reactions: { '👍': ['ada'] }, isChanging: true });
    await ada.network.run();
    await ada.pass(1000);
    await ada.network.run();
    await ada.pass();
    expect(items()[0]).toMatchObject({ text: 'edited' });
    expect(items()[0]?.isChanging).toBeUndefined();
    expect(items()[1]?.reactions).toEqual({ '👍': ['ada'] });
    expect(server.visible('bob', thread)[0]?.text).toBe('edited');
  });

  test('that are refused give the message back as it is, with the reason', async () => {
    ada.network.intercept = (method) =>
      method === 'PATCH'
        ? { status: 404, body: { title: 'Not found', status: 404, code: 'not_found' } }
        : undefined;
    ada.parley.edit(thread, 2, 'not mine');
    await ada.pass(20);
    await ada.network.run();
    await ada.pass();
    expect(items()[1]).toMatchObject({ text: 'theirs', error: { code: 'not_found' } });
    ada.parley.discard(items()[1]?.cid ?? '');
    await ada.pass();
    expect(items()[1]?.error).toBeUndefined();
  });

  test('that are refused are tried again when asked to', async () => {
    let isRefusing = true;
    ada.network.intercept = (method) =>
      method === 'PATCH' && isRefusing
        ? { status: 404, body: { title: 'Not found', status: 404, code: 'not_found' } }
        : undefined;
    ada.network.isAutomatic = true;
    ada.parley.edit(thread, 1, 'edited');
    await ada.pass();
    expect(items()[0]).toMatchObject({ text: 'mine', error: { code: 'not_found' } });
    isRefusing = false;
    ada.parley.retry(items()[0]?.cid ?? '');
    await ada.pass();
    expect(items()[0]).toMatchObject({ text: 'edited' });
    expect(items()[0]?.error).toBeUndefined();
  });

  test('of a message that was deleted meanwhile end with it, and show no error', async () => {
    ada.network.intercept = (method) =>
      method === 'PATCH'
        ? { status: 400, body: { title: 'Invalid', status: 400, code: 'invalid_request' } }
        : undefined;
    ada.parley.edit(thread, 1, 'edited');
    server.delete(thread, 1);
    ada.network.isAutomatic = true;
    ada.network.flush();
    await ada.pass(1000);
    expect(items()[0]).toMatchObject({ text: '', deleted: true });
    expect(items()[0]?.error).toBeUndefined();
  });

  test('leave other messages the same objects', async () => {
    const [first] = items();
    ada.parley.delete(thread, 1);
    await ada.pass(20);
    expect(items()[0]).toMatchObject({ text: '', deleted: true });
    const second = items()[1];
    ada.network.isAutomatic = true;
    ada.network.flush();
    await ada.pass(1000);
    expect(items()[1]).toBe(second);
    expect(items()[0]).not.toBe(first);
  });
});

describe('marks on a thread', () => {
  test('show at once and go to the server', async () => {
    ada.parley.updateThread(thread, { pinned: true, nickname: 'Bobby' });
    ada.network.isAutomatic = false;
    await ada.pass(20);
    expect(ada.parley.store.get(`thread:${thread}`)).toMatchObject({ pinned: true, name: 'Bobby' });
    await ada.network.run();
    ada.network.isAutomatic = true;
    await ada.pass();
    expect(server.head('ada', thread)).toMatchObject({ pinned: true, nickname: 'Bobby' });
    expect(ada.parley.store.get(`thread:${thread}`)).toMatchObject({ pinned: true, name: 'Bobby' });
  });

  test('"delete for me" takes the thread away at once, and a new message brings it back without the old ones', async () => {
    ada.parley.send(thread, 'old');
    await ada.pass();
    await goOffline();
    ada.parley.deleteThread(thread);
    await ada.pass();
    expect(ada.parley.store.get('threads')?.ids).toEqual([]);
    await goOnline();
    expect(server.list('ada')).toEqual([]);
    server.send('bob', thread, 'c', 'new');
    await ada.pass();
    expect(ada.parley.store.get('threads')?.ids).toEqual([thread]);
    ada.parley.closeThread(thread);
    ada.parley.openThread(thread);
    await ada.pass();
    expect(ada.texts(thread)).toEqual(['new']);
  });

  test('[C8] unread counts come from the server; a read mark shows at once, and "none" only if it reaches the newest', async () => {
    for (const cid of ['a', 'b', 'c']) server.send('bob', thread, cid, cid);
    await ada.pass();
    expect(ada.parley.store.get('unread')).toEqual({ messages: 3, threads: 1 });
    ada.network.isAutomatic = false;
    ada.parley.markRead(thread, 2);
    await ada.pass(120);
    expect(ada.parley.store.get(`thread:${thread}`)).toMatchObject({ readSeq: 2, unread: 3 });
    ada.parley.markRead(thread, 3);
    await ada.pass(120);
    expect(ada.parley.store.get('unread')).toEqual({ messages: 0, threads: 0 });
    ada.network.isAutomatic = true;
    ada.network.flush();
    await ada.pass(1000);
    expect(server.head('ada', thread)).toMatchObject({ readSeq: 3, unread: 0 });
    expect(ada.parley.store.get(`thread:${thread}`)).toMatchObject({ readSeq: 3, unread: 0 });
  });

  test('[C8] a message that arrives does not count up by itself', async () => {
    server.send('bob', thread, 'a', 'a');
    server.update('ada', thread, { read: 1 });
    await ada.pass();
    expect(ada.parley.store.get('unread')).toEqual({ messages: 0, threads: 0 });
  });

  test('read marks are gathered into one frame, never go back, and survive being off-line', async () => {
    for (let seq = 1; seq <= 5; seq++) server.send('bob', thread, `c${seq}`, `${seq}`);
    await ada.pass();
    for (let seq = 1; seq <= 4; seq++) ada.parley.markRead(thread, seq);
    ada.parley.markRead(thread, 2);
    await ada.pass(1000);
    expect(ada.network.frames.filter(({ type }) => type === 'read')).toEqual([
      { type: 'read', thread, seq: 4 },
    ]);
    await goOffline();
    ada.parley.markRead(thread, 5);
    await ada.pass();
    await goOnline();
    expect(server.head('ada', thread).readSeq).toBe(5);
    expect(waiting()).toBe(0);
  });

  test('each read mark is told at once, however soon after the one before, heard or not', async () => {
    for (let seq = 1; seq <= 4; seq++) server.send('bob', thread, `c${seq}`, `${seq}`);
    await ada.pass();
    for (let seq = 1; seq <= 3; seq++) {
      ada.parley.markRead(thread, seq);
      await ada.pass(300);
      expect(server.head('ada', thread).readSeq).toBe(seq);
    }
    ada.network.isSilent = true;
    ada.parley.markRead(thread, 4);
    await ada.pass(300);
    ada.network.isSilent = false;
    server.send('bob', thread, 'c5', '5');
    await ada.pass();
    ada.parley.markRead(thread, 5);
    await ada.pass(300);
    expect(server.head('ada', thread).readSeq).toBe(5);
    expect(ada.network.frames.filter(({ type }) => type === 'read')).toEqual(
      [1, 2, 3, 4, 5].map((seq) => ({ type: 'read', thread, seq })),
    );
  });
});
