import { beforeEach, expect, test, vi } from 'vitest';
import { FakeNetwork } from '../../test/support/fakeNetwork.ts';
import { ManualClock, settle } from '../../test/support/manualClock.ts';
import { ModelServer } from '../../test/support/modelServer.ts';
import { Engine } from '../engine/engine.ts';
import { MemoryDevice } from '../storage/memory.ts';
import type { Device } from '../storage/storage.ts';
import { type EngineLink, TabClient } from './client.ts';
import { readFirstPaint } from './firstPaint.ts';
import { createLocalPorts, type EnginePort, type TabPort } from './port.ts';

let server: ModelServer;
let thread: string;
let clock: ManualClock;
let network: FakeNetwork;
let device: Device;
let engine: Engine;
let connects: ((port: TabPort) => void)[];
let ends: EnginePort[];

beforeEach(async () => {
  server = new ModelServer();
  for (const user of ['ada', 'bob']) server.addUser(user);
  thread = server.startThread('ada', 'bob');
  clock = new ManualClock();
  network = new FakeNetwork(server, 'ada');
  device = new MemoryDevice();
  connects = [];
  ends = [];
  engine = startEngine();
});

function startEngine(): Engine {
  const started = new Engine({
    baseUrl: 'http://parley.test',
    device,
    fetch: network.fetch,
    createSocket: network.createSocket,
    clock,
    isProgram: false,
    token: undefined,
    onToken: undefined,
  });
  void started.start();
  return started;
}

const link: EngineLink = {
  connect(onPort) {
    connects.push(onPort);
    join(onPort);
  },
  onAttached: () => {},
  close: async () => {},
};

function join(onPort: (port: TabPort) => void): void {
  // What crosses is copied, as between threads.
  const ports = createLocalPorts(structuredClone);
  ends.push(ports.engine);
  engine.attach(ports.engine);
  onPort(ports.tab);
}

async function pass(ms = 300): Promise<void> {
  await clock.advance(ms);
  await new Promise((resolve) => setTimeout(resolve, 2));
  await settle();
}

async function openTab(id: string): Promise<TabClient> {
  const tab = new TabClient(id, null, link, (open) => readFirstPaint(device, open));
  await tab.start();
  await pass();
  return tab;
}

const texts = (tab: TabClient) => tab.store.get(`messages:${thread}`)?.items.map(({ text }) => text);

test('two tabs agree on everything, over one socket', async () => {
  const [first, second] = [await openTab('first'), await openTab('second')];
  for (const tab of [first, second]) tab.openThread(thread);
  await pass();
  first.send(thread, 'from the first');
  second.send(thread, 'from the second');
  server.send('bob', thread, 'b', 'from Bob');
  await pass(1000);
  expect(texts(first)).toEqual(texts(second));
  expect(texts(first)?.length).toBe(3);
  first.markRead(thread, 3);
  await pass(1000);
  for (const tab of [first, second]) expect(tab.store.get('unread')).toEqual({ messages: 0, threads: 0 });
  expect(network.sockets.length).toBe(1);
});

test('one tab may look far back while the other stays with the newest', async () => {
  for (let index = 1; index <= 400; index++) server.send('bob', thread, `c${index}`, `text ${index}`);
  const [first, second] = [await openTab('first'), await openTab('second')];
  for (const tab of [first, second]) tab.openThread(thread);
  await pass();
  void first.loadAround(thread, 20);
  await pass();
  expect(first.store.get(`messages:${thread}`)).toMatchObject({ hasNewer: true, hasOlder: false });
  expect(second.store.get(`messages:${thread}`)).toMatchObject({ hasNewer: false });
  server.edit(thread, 20, 'edited meanwhile');
  server.send('bob', thread, 'new', 'the newest');
  await pass();
  expect(texts(first)).toContain('edited meanwhile');
  expect(texts(second)?.at(-1)).toBe('the newest');
  for (let page = 0; page < 9 && first.store.get(`messages:${thread}`)?.hasNewer; page++) {
    void first.loadNewer(thread);
    await pass();
  }
  expect(first.store.get(`messages:${thread}`)?.items.map(({ seq }) => seq)).toEqual(
    Array.from({ length: 401 }, (_, index) => index + 1),
  );
});

test('a message that arrives leaves the others the same objects in the tab', async () => {
  server.send('bob', thread, 'a', 'a');
  const tab = await openTab('first');
  tab.openThread(thread);
  await pass();
  const before = tab.store.get(`messages:${thread}`)?.items[0];
  server.send('bob', thread, 'b', 'b');
  await pass();
  expect(tab.store.get(`messages:${thread}`)?.items.length).toBe(2);
  expect(tab.store.get(`messages:${thread}`)?.items[0]).toBe(before);
});

test('when the engine dies, the tabs go on with the next one, and what was not done is done', async () => {
  const tab = await openTab('first');
  tab.openThread(thread);
  tab.watch(['bob']);
  await pass();
  network.cut();
  network.isDown = true;
  await pass(50);
  // The engine is gone before it hears of what follows.
  for (const end of ends) end.close();
  tab.send(thread, 'while nobody listened');
  tab.setDraft(thread, { text: 'half a' });
  clock = new ManualClock(2);
  network = new FakeNetwork(server, 'ada');
  engine = startEngine();
  for (const connect of connects) join(connect);
  await pass(2000);
  expect(texts(tab)).toEqual(['while nobody listened']);
  expect(server.visible('bob', thread).length).toBe(1);
  expect(tab.store.get(`draft:${thread}`)).toEqual({ text: 'half a' });
  expect(network.frames).toContainEqual({ type: 'watch', users: ['bob'] });
});

test('a draft never falls back to what the tab wrote before, however late the engine says so', async () => {
  const tab = await openTab('first');
  const port = ends.at(-1) as EnginePort;
  const { post } = port;
  const late: Parameters<typeof post>[0][] = [];
  port.post = (message) => void late.push(message);
  const deliver = async () => {
    for (const message of late.splice(0)) post(message);
    await settle();
  };
  const draft = () => tab.store.get(`draft:${thread}`)?.text;

  tab.setDraft(thread, { text: 'half a' });
  await pass();
  tab.setDraft(thread, { text: 'half a word' });
  tab.setDraft(thread, null);
  await deliver();
  expect(draft()).toBeUndefined();
  await pass();
  await deliver();
  expect(draft()).toBeUndefined();
});

test('a draft follows the tab that wrote last', async () => {
  const [first, second] = [await openTab('first'), await openTab('second')];
  const drafts = () => [first, second].map((tab) => tab.store.get(`draft:${thread}`)?.text);
  first.setDraft(thread, { text: 'of the first' });
  second.setDraft(thread, { text: 'of the second' });
  await pass();
  expect(drafts()).toEqual(['of the second', 'of the second']);
  first.setDraft(thread, { text: 'of the first' });
  await pass();
  expect(drafts()).toEqual(['of the first', 'of the first']);
});

test('watches whom any of the tabs shows, and no longer what a closed tab showed', async () => {
  const [first, second] = [await openTab('first'), await openTab('second')];
  first.watch(['bob']);
  second.watch(['cyd']);
  await pass();
  expect(network.frames.filter(({ type }) => type === 'watch').at(-1)).toEqual({
    type: 'watch',
    users: ['bob', 'cyd'],
  });
  await first.stop();
  await pass();
  expect(network.frames.filter(({ type }) => type === 'watch').at(-1)).toEqual({
    type: 'watch',
    users: ['cyd'],
  });
});

test('is active while any tab is', async () => {
  const [first, second] = [await openTab('first'), await openTab('second')];
  first.setActive(true);
  second.setActive(false);
  await pass();
  expect(network.frames.filter(({ type }) => type === 'active').at(-1)).toEqual({
    type: 'active',
    state: 'active',
  });
  first.setActive(false);
  await pass();
  expect(network.frames.filter(({ type }) => type === 'active').at(-1)).toEqual({
    type: 'active',
    state: 'idle',
  });
});

test('typing shows for five seconds, and until the message comes', async () => {
  const tab = await openTab('first');
  const typing = { type: 'typing', thread, user: 'bob' } as const;
  network.sockets.at(-1)?.push(typing);
  await pass();
  expect(tab.store.get(`typing:${thread}`)).toEqual({ userIds: ['bob'] });
  await pass(5000);
  expect(tab.store.get(`typing:${thread}`)).toBeUndefined();
  network.sockets.at(-1)?.push(typing);
  await pass();
  server.send('bob', thread, 'b', 'here it is');
  await pass();
  expect(tab.store.get(`typing:${thread}`)).toBeUndefined();
});

test('says "typing" at most every three seconds', async () => {
  const tab = await openTab('first');
  for (let index = 0; index < 10; index++) {
    tab.typing(thread);
    await pass(500);
  }
  expect(network.frames.filter(({ type }) => type === 'typing').length).toBe(2);
});

test('presence is not believed for more than a few seconds without a connection', async () => {
  const tab = await openTab('first');
  tab.watch(['bob']);
  network.sockets.at(-1)?.push({ type: 'presence', users: [{ id: 'bob', online: true }] });
  await pass();
  expect(tab.store.get('presence:bob')?.online).toBe(true);
  network.isDown = true;
  network.cut();
  await pass(1000);
  expect(tab.store.get('presence:bob')?.online).toBe(true);
  await pass(5000);
  expect(tab.store.get('presence:bob')).toBeUndefined();
});

test('the first paint shows what is stored, before any engine is up', async () => {
  for (let index = 1; index <= 30; index++) server.send('bob', thread, `c${index}`, `text ${index}`);
  const tab = await openTab('first');
  tab.openThread(thread);
  await pass(2000);
  const paint = await readFirstPaint(device, [thread]);
  const painted = new Map(paint.map(({ key, value }) => [key, value]));
  expect(painted.get('session')).toEqual(tab.store.get('session'));
  expect((painted.get('threads') as { ids: string[] }).ids).toEqual([thread]);
  expect(painted.get(`thread:${thread}`)).toEqual(tab.store.get(`thread:${thread}`));
  expect((painted.get(`messages:${thread}`) as { items: unknown[] }).items).toEqual(
    tab.store.get(`messages:${thread}`)?.items.slice(-30),
  );
});

test('with the conversation that the page begins with, the first values have its messages', async () => {
  for (let index = 1; index <= 30; index++) server.send('bob', thread, `c${index}`, `text ${index}`);
  const before = await openTab('first');
  before.openThread(thread);
  await pass(2000);
  const nobody: EngineLink = { connect: () => {}, onAttached: () => {}, close: async () => {} };
  const tab = new TabClient('second', null, nobody, (open) => readFirstPaint(device, open));
  await tab.start(thread);
  expect(texts(tab)).toEqual(texts(before)?.slice(-30));
});

test('under a burst the list is told ten times a second, the open thread with every frame', async () => {
  const tab = await openTab('first');
  tab.openThread(thread);
  await pass();
  const apply = vi.spyOn(tab.store, 'set');
  for (let index = 0; index < 100; index++) {
    server.send('bob', thread, `c${index}`, `${index}`);
    await clock.advance(10);
  }
  await pass();
  const told = (key: string) => apply.mock.calls.filter(([told]) => told === key).length;
  expect(told('unread')).toBeLessThanOrEqual(13);
  expect(told(`messages:${thread}`)).toBeGreaterThan(40);
  expect(texts(tab)?.length).toBe(100);
});

test('of a long list a tab is told the rest as it draws, and what happens meanwhile does not wait for it', async () => {
  const others = Array.from({ length: 1_200 }, (_, index) => `user${index}`);
  server.send('bob', thread, 'first', 'the oldest conversation');
  for (const other of others) {
    server.addUser(other);
    server.send(other, server.startThread('ada', other), `from ${other}`, 'hello');
  }
  const whole = await openTab('whole');
  while (!whole.store.get('threads')?.isComplete) await pass();

  const ports = createLocalPorts(structuredClone);
  const told: string[][] = [];
  ports.tab.onMessage = (message) => {
    if (message.type === 'patch') told.push(message.patches.map(({ key }) => key));
  };
  engine.attach(ports.engine);
  ports.tab.post({ type: 'attach', tab: 'slow', lock: null, open: [], watched: [], isActive: false });
  await pass();
  expect(told.map((keys) => keys.length)).toEqual([500]);
  expect(told[0]).toContain('threads');

  server.send('bob', thread, 'second', 'and now the newest');
  await pass();
  expect(told.at(-1)).toContain(`thread:${thread}`);

  while (told.flat().length < others.length) {
    const before = told.length;
    ports.tab.post({ type: 'drawn' });
    await pass();
    expect(told.length).toBe(before + 1);
  }
  const threads = told.flat().filter((key) => key.startsWith('thread:'));
  expect(threads.length).toBe(others.length + 1);
  expect(new Set(threads).size).toBe(others.length + 1);
  expect(whole.store.keys().filter((key) => key.startsWith('thread:')).length).toBe(others.length + 1);
});
