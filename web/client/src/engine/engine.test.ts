import { expect, test } from 'vitest';
import { startDevice } from '../../test/support/device.ts';
import { ModelServer } from '../../test/support/modelServer.ts';

test('two people talk', async () => {
  const server = new ModelServer();
  server.addUser('ada');
  server.addUser('bob');
  const ada = await startDevice(server, 'ada');
  const bob = await startDevice(server, 'bob');
  const thread = await Promise.all([ada.parley.startThread('bob'), ada.pass()]).then(([id]) => id);
  ada.parley.openThread(thread);
  bob.parley.openThread(thread);
  ada.parley.send(thread, 'Hello');
  await ada.pass();
  await bob.pass();
  expect(ada.texts(thread)).toEqual(['Hello']);
  expect(bob.texts(thread)).toEqual(['Hello']);
  expect(bob.parley.store.get('unread')).toEqual({ messages: 1, threads: 1 });
  await bob.pass(1000);
  await ada.pass();
  expect(ada.parley.store.get(`messages:${thread}`)?.items[0]?.state).toBe('delivered');
  bob.parley.markRead(thread, 1);
  await bob.pass(1000);
  await ada.pass();
  expect(ada.parley.store.get(`messages:${thread}`)?.items[0]?.state).toBe('seen');
  expect(bob.parley.store.get('unread')).toEqual({ messages: 0, threads: 0 });
  expect(ada.parley.store.get('connection')?.state).toBe('online');
});
