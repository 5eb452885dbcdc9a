import { beforeEach, describe, expect, test } from 'vitest';
import { startDevice, type TestDevice } from '../../test/support/device.ts';
import type { FakeSocket } from '../../test/support/fakeNetwork.ts';
import { ModelServer } from '../../test/support/modelServer.ts';
import { backoffMs } from '../backoff.ts';
import type { Clock } from '../clock.ts';
import type { TabClient } from '../tabs/client.ts';

let server: ModelServer;
let thread: string;
let ada: TestDevice;

beforeEach(async () => {
  server = new ModelServer();
  for (const user of ['ada', 'bob']) server.addUser(user);
  thread = server.startThread('ada', 'bob');
  ada = await startDevice(server, 'ada');
});

const state = () => ada.parley.store.get('connection')?.state;
const socket = () => ada.network.sockets.at(-1) as FakeSocket;
const sent = (type: string) => ada.network.frames.filter((frame) => frame.type === type);
const lastSeq = () => ada.parley.store.get(`thread:${thread}`)?.lastSeq;

describe('catching up', () => {
  test('[S9] hello names epoch, version and the revisions of the windows that are open', async () => {
    ada.parley.openThread(thread);
    await ada.pass();
    ada.network.cut();
    await ada.pass(1000);
    expect(sent('hello').at(-1)).toEqual({
      type: 'hello',
      epoch: server.epoch,
      version: server.version('ada'),
      hot: { [thread]: 0 },
    });
    expect(state()).toBe('online');
  });

  test('[C1] a gap is asked for with one hello in flight, however many frames show it', async () => {
    const before = sent('hello').length;
    ada.network.isAutomatic = false;
    // Lost on their way, so that what follows does not join on.
    server.send('bob', thread, 'c1', 'one');
    ada.network.packets.length = 0;
    for (const cid of ['c2', 'c3', 'c4']) server.send('bob', thread, cid, cid);
    ada.network.flush();
    await ada.network.run();
    expect(sent('hello').length).toBe(before + 1);
    await ada.pass();
    expect(lastSeq()).toBe(4);
  });

  test('[C1] a hello that is not answered is said again', async () => {
    socket().isDeaf = true;
    const before = sent('hello').length;
    server.send('bob', thread, 'c1', 'one');
    ada.network.isAutomatic = false;
    socket().push({
      type: 'changes',
      epoch: server.epoch,
      from: 99,
      to: 100,
      more: false,
      threads: [],
      gone: [],
      messages: [],
    });
    ada.network.flush();
    expect(sent('hello').length).toBe(before + 1);
    ada.network.packets.length = 0;
    ada.network.isAutomatic = true;
    await ada.pass(10_000);
    expect(lastSeq()).toBe(1);
  });

  test('[S14] a lost poke is found by the next pong', async () => {
    socket().isDeaf = true;
    server.send('bob', thread, 'c1', 'one');
    await ada.pass(1000);
    expect(lastSeq()).toBe(0);
    await ada.pass(22_000);
    expect(lastSeq()).toBe(1);
  });

  test('[S6] after a reset the list is read again, and windows of the same epoch stay', async () => {
    ada.parley.openThread(thread);
    await ada.pass();
    ada.network.cut();
    ada.network.isDown = true;
    server.largeLimit = 0;
    server.send('bob', thread, 'c1', 'one');
    ada.network.isDown = false;
    await ada.pass(5000);
    server.largeLimit = 200;
    await ada.pass(5000);
    expect(ada.network.requests.filter((request) => request.includes('/bootstrap')).length).toBeGreaterThan(
      1,
    );
    expect(ada.texts(thread)).toEqual(['one']);
    expect(state()).toBe('online');
  });

  test('[S7] a new epoch drops what was cached, and keeps what waits to be sent', async () => {
    server.backup();
    server.send('bob', thread, 'c1', 'lost with the database');
    ada.parley.openThread(thread);
    await ada.pass();
    ada.network.cut();
    ada.network.isDown = true;
    ada.parley.send(thread, 'mine');
    await ada.pass();
    server.restore();
    ada.network.isDown = false;
    await ada.pass(40_000);
    expect(ada.texts(thread)).toEqual(['mine']);
    expect(server.visible('bob', thread).map(({ text }) => text)).toEqual(['mine']);
  });
});

describe('a live socket', () => {
  test('is pinged at least every 25 s', async () => {
    await ada.pass(100_000);
    expect(sent('ping').length).toBeGreaterThanOrEqual(4);
  });

  test('tells within a second what was stored, and so the peer sees "delivered"', async () => {
    server.send('bob', thread, 'c1', 'one');
    await ada.pass(1000);
    expect(server.head('bob', thread).peerDeliveredSeq).toBe(1);
  });

  test('that does not answer is found dead in 45 s', async () => {
    ada.network.isAutomatic = false;
    await ada.pass(31_000);
    expect(state()).not.toBe('online');
    ada.network.isAutomatic = true;
    ada.network.packets.length = 0;
    await ada.pass(14_000);
    expect(state()).toBe('online');
  });

  test('that died while the device slept is found in seconds once it wakes', async () => {
    ada.network.isAutomatic = false;
    (ada.parley as TabClient).network(true);
    await ada.pass(3100);
    expect(state()).not.toBe('online');
  });

  test('is let go when the device says that it is off-line, and nothing is tried until it says otherwise', async () => {
    const client = ada.parley as TabClient;
    client.network(false);
    ada.parley.send(thread, 'waits');
    await ada.pass(20_000);
    expect(state()).toBe('offline');
    expect(server.visible('bob', thread)).toEqual([]);
    client.network(true);
    await ada.pass(100);
    expect(state()).toBe('online');
    expect(server.visible('bob', thread).map(({ text }) => text)).toEqual(['waits']);
  });

  test('comes back in the end even if the device keeps saying that it is off-line', async () => {
    (ada.parley as TabClient).network(false);
    await ada.pass(31_000);
    expect(state()).toBe('online');
  });

  test('that closes is opened again at once', async () => {
    ada.network.cut();
    expect(state()).toBe('online');
    await ada.pass(50);
    expect(state()).toBe('online');
    expect(sent('hello').length).toBe(2);
  });

  test('waits after a bye as long as the server asks', async () => {
    socket().push({ type: 'bye', reason: 'restart', retryAfterMs: [5000, 6000] });
    await ada.pass(4000);
    expect(sent('hello').length).toBe(1);
    await ada.pass(2100);
    expect(sent('hello').length).toBe(2);
  });

  test('put out by too many others stays away for a minute or two, however often it is, and comes when it is looked at', async () => {
    for (let round = 0; round < 3; round++) {
      const before = sent('hello').length;
      socket().end(4409);
      await ada.pass(59_000);
      expect(sent('hello').length).toBe(before);
      await ada.pass(62_000);
      expect(sent('hello').length).toBe(before + 1);
    }
    socket().end(4409);
    await ada.pass(2000);
    (ada.parley as TabClient).network(true);
    await ada.pass(100);
    expect(state()).toBe('online');
  });

  test('closed as unreadable again and again comes back less and less often', async () => {
    // Ten minutes of it.
    for (let round = 0; round < 100; round++) {
      if (state() === 'online') socket().end(4400);
      await ada.pass(6000);
    }
    expect(sent('hello').length).toBeGreaterThan(5);
    expect(sent('hello').length).toBeLessThan(45);
  });

  test('closed with 4401 signs out', async () => {
    socket().end(4401);
    await ada.pass();
    expect(ada.parley.store.get('session')).toEqual({ state: 'signedOut', reason: 'ended' });
  });
});

describe('the wait between tries', () => {
  test('is short at first, doubles, and is drawn evenly up to 10 s', () => {
    const clock = (random: number) => ({ random: () => random }) as Clock;
    const longest = [0, 1, 2, 3, 4, 5, 6, 60].map((attempt) => backoffMs(clock(1), attempt));
    expect(longest).toEqual([250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
    expect(backoffMs(clock(0), 60)).toBe(0);
    expect(backoffMs(clock(0.5), 60)).toBe(5000);
  });
});

describe('without a server', () => {
  beforeEach(() => {
    ada.network.isDown = true;
    ada.network.cut();
  });

  test('a thread that could not be fetched says why, and is fetched when the server is back', async () => {
    server.send('bob', thread, 'c1', 'one');
    ada.parley.openThread(thread);
    await ada.pass(1000);
    expect(ada.parley.store.get(`messages:${thread}`)).toMatchObject({
      items: [],
      error: { code: 'unavailable' },
    });
    ada.network.isDown = false;
    await ada.pass(31_000);
    expect(ada.texts(thread)).toEqual(['one']);
    expect(ada.parley.store.get(`messages:${thread}`)?.error).toBeNull();
  });

  test('says off-line, tries less and less often, and is back by itself', async () => {
    await ada.pass(2000);
    expect(state()).toBe('offline');
    const before = ada.network.sockets.length;
    await ada.pass(300_000);
    expect(ada.network.sockets.length - before).toBeLessThan(60);
    ada.network.isDown = false;
    await ada.pass(31_000);
    expect(state()).toBe('online');
  });
});

describe('a network that swallows everything and says nothing', () => {
  // The longest that a try takes to fail, and the wait after it.
  const SECONDS_TO_RETURN = 12;

  test('and is back: the device is live again in seconds, however long it was silent', async () => {
    for (let round = 1; round <= 40; round++) {
      ada.network.isSilent = true;
      await ada.pass(60_000 + round * 700);
      expect(state()).toBe('offline');
      server.send('bob', thread, `c${round}`, 'one');
      ada.network.isSilent = false;
      await ada.pass(SECONDS_TO_RETURN * 1000);
      expect([state(), lastSeq()]).toEqual(['online', round]);
    }
  });

  test('[C5] and is back: what was asked into it is asked again as soon as there is a socket', async () => {
    server.send('ada', thread, 'c1', 'one');
    await ada.pass();
    ada.network.isSilent = true;
    ada.parley.openThread(thread);
    ada.parley.edit(thread, 1, 'edited');
    ada.parley.send(thread, 'two');
    await ada.pass(1000);
    ada.network.isSilent = false;
    ada.network.cut();
    await ada.pass(1000);
    expect(server.visible('bob', thread).map(({ text }) => text)).toEqual(['edited', 'two']);
    expect(ada.texts(thread)).toEqual(['edited', 'two']);
    expect(ada.parley.store.get('connection')?.waiting).toBe(0);
  });

  test('[S10] and is back, where sockets are blocked as well: the long poll is there again in seconds', async () => {
    ada.network.blocksSockets = true;
    ada.network.cut();
    await ada.pass(20_000);
    ada.network.isSilent = true;
    await ada.pass(300_000);
    expect(state()).toBe('offline');
    ada.network.isSilent = false;
    await ada.pass(2 * SECONDS_TO_RETURN * 1000);
    server.send('bob', thread, 'c1', 'one');
    await ada.pass(1000);
    expect([state(), lastSeq()]).toEqual(['online', 1]);
  });

  test('[S10] and is back with sockets where they were blocked: a socket is there in seconds', async () => {
    ada.network.blocksSockets = true;
    ada.network.cut();
    await ada.pass(20_000);
    ada.network.isSilent = true;
    await ada.pass(300_000);
    ada.network.blocksSockets = false;
    ada.network.isSilent = false;
    await ada.pass(2 * SECONDS_TO_RETURN * 1000);
    expect(ada.parley.store.get('connection')).toMatchObject({ state: 'online', transport: 'socket' });
  });
});

describe('[S10] where sockets are blocked', () => {
  beforeEach(async () => {
    ada.network.blocksSockets = true;
    ada.network.cut();
    await ada.pass(20_000);
  });

  test('long poll takes over, and messages come and go', async () => {
    expect(ada.parley.store.get('connection')).toMatchObject({ state: 'online', transport: 'longPoll' });
    ada.parley.openThread(thread);
    server.send('bob', thread, 'c1', 'one');
    ada.parley.send(thread, 'two');
    await ada.pass(2000);
    expect(ada.texts(thread)).toEqual(['one', 'two']);
  });

  test('a socket is tried now and then, and taken when it opens', async () => {
    ada.network.blocksSockets = false;
    await ada.pass(61_000);
    expect(ada.parley.store.get('connection')).toMatchObject({ state: 'online', transport: 'socket' });
  });

  test('a session that ended there signs out', async () => {
    ada.network.isSignedIn = false;
    server.send('bob', thread, 'c1', 'wakes the poll');
    await ada.pass(2000);
    expect(ada.parley.store.get('session')).toEqual({ state: 'signedOut', reason: 'ended' });
  });
});

describe('[S10] where sockets open and carry nothing', () => {
  const transport = () => ada.parley.store.get('connection')?.transport;

  beforeEach(async () => {
    ada.parley.openThread(thread);
    await ada.pass();
    ada.network.losesFrames = true;
    ada.network.cut();
  });

  test('long poll takes over within seconds', async () => {
    server.send('bob', thread, 'c1', 'one');
    await ada.pass(11_000);
    expect(ada.texts(thread)).toEqual(['one']);
    server.send('bob', thread, 'c2', 'two');
    await ada.pass(500);
    expect(ada.texts(thread)).toEqual(['one', 'two']);
  });

  test('the poll goes on while the next socket is tried', async () => {
    await ada.pass(11_000);
    const states: unknown[] = [];
    ada.parley.store.subscribe('connection', () => states.push(state()));
    for (let second = 0; second < 90; second++) {
      server.send('bob', thread, `c${second}`, String(second));
      await ada.pass(1000);
      expect(ada.texts(thread)).toHaveLength(second + 1);
    }
    expect(states.filter((one) => one !== 'online')).toEqual([]);
  });

  test('a socket is taken again when it carries something', async () => {
    await ada.pass(11_000);
    ada.network.losesFrames = false;
    await ada.pass(61_000);
    expect([state(), transport()]).toEqual(['online', 'socket']);
  });
});

describe('[S10] where sockets never last', () => {
  const endNext = async () => {
    await ada.pass(1000);
    socket().end(1006);
  };

  test('long poll takes over, and sockets are tried less and less often', async () => {
    for (let n = 0; n < 3; n++) await endNext();
    await ada.pass(1000);
    expect(ada.parley.store.get('connection')).toMatchObject({ state: 'online', transport: 'longPoll' });
    const before = ada.network.sockets.length;
    for (let second = 0; second < 120; second++) await endNext();
    expect(ada.network.sockets.length - before).toBeLessThan(10);
  });

  test('a server that was restarted a few times is not polled for long', async () => {
    for (let n = 0; n < 3; n++) await endNext();
    await ada.pass(5000);
    expect(ada.parley.store.get('connection')).toMatchObject({ state: 'online', transport: 'socket' });
  });
});
