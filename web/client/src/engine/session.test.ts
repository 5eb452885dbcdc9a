import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, test } from 'vitest';
import { startDevice, type TestDevice } from '../../test/support/device.ts';
import { FakeNetwork, type FakeSocket } from '../../test/support/fakeNetwork.ts';
import { ModelServer } from '../../test/support/modelServer.ts';
import { browserDevice } from '../storage/device.ts';
import { MemoryDevice } from '../storage/memory.ts';

let server: ModelServer;
let thread: string;
let ada: TestDevice;

const databases = async () => (await indexedDB.databases()).map(({ name }) => name);
const session = (device: TestDevice) => device.parley.store.get('session');
/** IndexedDB answers in timers of its own. */
const pass = async (device: TestDevice, ms = 300) => {
  for (let round = 0; round < 10; round++) {
    await device.pass(ms / 10);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

beforeEach(async () => {
  server = new ModelServer();
  for (const user of ['ada', 'bob']) server.addUser(user);
  thread = server.startThread('ada', 'bob');
  server.send('bob', thread, 'secret', 'a secret');
  await browserDevice.setCurrentUser(null);
  await browserDevice.setSignOutPending(false);
  ada = await startDevice(server, 'ada', { device: browserDevice });
  ada.parley.openThread(thread);
  await pass(ada, 2000);
});

describe('[C7] signing out', () => {
  test('[C7] deletes the user’s database and empties the store', async () => {
    expect(await databases()).toContain('parley-user-ada');
    expect(ada.texts(thread)).toEqual(['a secret']);
    await Promise.all([ada.parley.signOut(), pass(ada)]);
    expect(await databases()).not.toContain('parley-user-ada');
    expect(await browserDevice.currentUser()).toBeNull();
    expect(session(ada)).toEqual({ state: 'signedOut', reason: 'signedOut' });
    for (const key of ['threads', 'unread', `thread:${thread}`, `messages:${thread}`] as const) {
      expect(ada.parley.store.get(key)).toBeUndefined();
    }
    expect(ada.network.requests).toContain('DELETE /sessions/current');
  });

  test('[C7] happens on the device even off-line, and the server hears of it later, even by the next program', async () => {
    ada.network.isDown = true;
    ada.network.cut();
    await Promise.all([ada.parley.signOut(), pass(ada)]);
    expect(await databases()).not.toContain('parley-user-ada');
    await Promise.all([ada.parley.stop(), pass(ada)]);
    const again = await startDevice(server, 'ada', { device: browserDevice });
    await pass(again);
    expect(session(again)).toEqual({ state: 'signedOut', reason: 'signedOut' });
    expect(again.network.isSignedIn).toBe(false);
    expect(await browserDevice.isSignOutPending()).toBe(false);
  });

  test('[C7] a session that was ended elsewhere deletes the database too', async () => {
    (ada.network.sockets.at(-1) as FakeSocket).end(4401);
    await pass(ada);
    expect(session(ada)).toEqual({ state: 'signedOut', reason: 'ended' });
    expect(await databases()).not.toContain('parley-user-ada');
  });

  test('[C7] nothing of one user meets another who signs in after', async () => {
    ada.parley.setDraft(thread, { text: 'mine' });
    await Promise.all([ada.parley.signOut(), pass(ada)]);
    const network = new FakeNetwork(server, 'bob');
    const bob = await startDevice(server, 'bob', { device: browserDevice, network });
    await pass(bob, 1000);
    expect(session(bob)).toMatchObject({ state: 'signedIn', me: { id: 'bob' } });
    expect(bob.parley.store.get(`draft:${thread}`)).toBeUndefined();
    expect((await databases()).filter((name) => name?.startsWith('parley-user-'))).toEqual([
      'parley-user-bob',
    ]);
    await Promise.all([bob.parley.signOut(), pass(bob)]);
  });
});

describe('starting', () => {
  test('shows what is stored without a server', async () => {
    ada.parley.setDraft(thread, { text: 'half a' });
    await pass(ada, 1000);
    await Promise.all([ada.parley.stop(), pass(ada)]);
    const network = new FakeNetwork(server, 'ada');
    network.isDown = true;
    const again = await startDevice(server, 'ada', { device: browserDevice, network });
    again.parley.openThread(thread);
    await pass(again, 1000);
    expect(session(again)).toMatchObject({ state: 'signedIn', me: { id: 'ada' } });
    expect(again.texts(thread)).toEqual(['a secret']);
    expect(again.parley.store.get(`draft:${thread}`)).toEqual({ text: 'half a' });
    expect(again.parley.store.get('connection')?.state).toBe('offline');
  });

  test('[S9] goes on from the stored version instead of reading the list again', async () => {
    await Promise.all([ada.parley.stop(), pass(ada)]);
    server.send('bob', thread, 'later', 'later');
    const again = await startDevice(server, 'ada', { device: browserDevice });
    again.parley.openThread(thread);
    await pass(again, 1000);
    expect(again.texts(thread)).toEqual(['a secret', 'later']);
    expect(again.network.requests.filter((request) => request.includes('/bootstrap'))).toEqual([]);
    expect(again.network.frames[0]).toMatchObject({ type: 'hello', hot: { [thread]: 1 } });
  });

  test('a cookie that became another user’s mixes nothing', async () => {
    await Promise.all([ada.parley.stop(), pass(ada)]);
    const network = new FakeNetwork(server, 'bob');
    server.largeLimit = 0;
    server.send('bob', thread, 'later', 'later');
    const other = await startDevice(server, 'bob', { device: browserDevice, network });
    await pass(other, 1000);
    expect(session(other)).toEqual({ state: 'signedOut', reason: 'ended' });
    expect(await databases()).not.toContain('parley-user-ada');
  });
});

describe('signing in before it is known who is signed in', () => {
  test.each(['nobody', 'somebody'])('counts for more than a late answer that says %s', async (who) => {
    const network = new FakeNetwork(server, 'bob');
    network.isAutomatic = false;
    network.isSignedIn = who === 'somebody';
    const bob = await startDevice(server, 'bob', { device: new MemoryDevice(), network });
    expect(session(bob)).toEqual({ state: 'loading' });
    network.deliver();
    const [late] = network.packets.splice(0);
    expect(late).toMatchObject({ kind: 'response', what: 'GET /sessions/current' });
    const signedIn = bob.parley.signIn({ username: 'bob', password: 'correct horse' });
    await bob.pass();
    network.deliver();
    network.deliver();
    late?.deliver();
    await signedIn;
    network.isAutomatic = true;
    network.flush();
    await bob.pass(1000);
    expect(session(bob)).toMatchObject({ state: 'signedIn', me: { id: 'bob' } });
    expect(network.sockets).toHaveLength(1);
    await bob.parley.stop();
  });
});

test('[C6] two engines on one database never mix what they store', async () => {
  const second = await startDevice(server, 'ada', { device: browserDevice });
  await pass(second, 1000);
  for (let round = 0; round < 5; round++) {
    server.send('bob', thread, `round-${round}`, `round ${round}`);
    await Promise.all([pass(ada, 400), pass(second, 400)]);
  }
  await pass(second, 2000);
  await pass(ada, 2000);
  for (const device of [ada, second]) {
    expect(device.parley.store.get(`thread:${thread}`)).toMatchObject(server.head('ada', thread));
  }
  const storage = await browserDevice.open('ada');
  const [state, heads] = [await storage.loadState(), await storage.loadHeads()];
  storage.close();
  expect(heads.every(({ version }) => version <= (state?.version ?? 0))).toBe(true);
  const stored = heads.find(({ id }) => id === thread);
  expect(stored).toEqual(server.head('ada', thread));
  await Promise.all([second.parley.stop(), pass(second)]);
  await Promise.all([ada.parley.signOut(), pass(ada)]);
});
