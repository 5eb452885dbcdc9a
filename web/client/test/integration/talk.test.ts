import assert from 'node:assert/strict';
import { test } from 'vitest';
import WebSocket from 'ws';
import { createParley, type Parley, type SocketLike } from '../../src/index.ts';

/** A running server; without one there is nothing to talk over. */
const baseUrl = process.env.PARLEY_URL ?? '';
/** A PNG of one pixel. */
const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const run = Date.now().toString(36);

function program(): Parley {
  return createParley({
    baseUrl,
    createSocket: (url, protocol, headers) =>
      new WebSocket(url, protocol, { headers }) as unknown as SocketLike,
  });
}

async function until<T>(what: string, get: () => T | undefined | false | null, ms = 5000): Promise<T> {
  const end = Date.now() + ms;
  for (;;) {
    const value = get();
    if (value) return value;
    if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test.skipIf(baseUrl === '')(
  'two programs talk over a real server',
  async () => {
    const ada = program();
    const bob = program();
    await Promise.all([ada.start(), bob.start()]);
    await ada.signUp({ username: `ada${run}`, fullName: 'Ada Lovelace', password: 'correct horse battery' });
    await bob.signUp({ username: `bob${run}`, fullName: 'Bob Byron', password: 'correct horse battery' });
    const me = (parley: Parley) => {
      const session = parley.store.get('session');
      assert(session?.state === 'signedIn');
      return session.me;
    };
    await until('both on-line', () => [ada, bob].every((p) => p.store.get('connection')?.state === 'online'));
    console.log('signed up and on-line');

    const [found] = await ada.searchPeople(`bob${run}`);
    assert.equal(found?.id, me(bob).id);
    const thread = await ada.startThread(me(bob).id);
    ada.openThread(thread);
    await until('the thread is at the other side', () => bob.store.get(`thread:${thread}`));
    bob.openThread(thread);
    const items = (parley: Parley) => parley.store.get(`messages:${thread}`)?.items ?? [];

    for (let index = 1; index <= 300; index++) ada.send(thread, `message ${index}`);
    await until(
      'all arrived',
      () => items(bob).length === 300 && items(ada).every((item) => item.seq > 0),
      20_000,
    );
    for (const parley of [ada, bob]) {
      assert.deepEqual(
        items(parley).map((item) => [item.seq, item.text]),
        Array.from({ length: 300 }, (_, index) => [index + 1, `message ${index + 1}`]),
      );
    }
    console.log('300 messages, in order, once');

    await until('delivered', () => items(ada).at(-1)?.state === 'delivered');
    assert.deepEqual(bob.store.get('unread'), { messages: 300, threads: 1 });
    bob.markRead(thread, 300);
    await until('seen', () => items(ada).at(-1)?.state === 'seen');
    await until('nothing unread', () => bob.store.get('unread')?.messages === 0);
    console.log('delivered, seen');

    bob.typing(thread);
    await until('typing', () => ada.store.get(`typing:${thread}`)?.userIds.includes(me(bob).id));
    ada.watch([me(bob).id]);
    await until('presence', () => ada.store.get(`presence:${me(bob).id}`)?.online);
    bob.send(thread, 'a reply', 300);
    await until('typing ends with the message', () => !ada.store.get(`typing:${thread}`));
    await until('reply', () => items(ada).at(-1)?.replyTo === 300);
    console.log('typing, presence, reply');

    ada.edit(thread, 300, 'edited');
    ada.delete(thread, 299);
    bob.react(thread, 300, '👍', true);
    await until('edited', () => items(bob)[299]?.text === 'edited' && items(bob)[299]?.editedAt);
    await until('deleted', () => items(bob)[298]?.deleted);
    await until('reacted', () => items(ada)[299]?.reactions?.['👍']?.[0] === me(bob).id);
    bob.edit(thread, 300, 'not mine');
    await until('refused', () => items(bob)[299]?.error);
    assert.equal(items(bob)[299]?.text, 'edited');
    bob.discard(items(bob)[299]?.cid as string);
    await until('discarded', () => !items(bob)[299]?.error);
    console.log('edit, delete, react, refusal');

    ada.updateThread(thread, { pinned: true, nickname: 'Bobby' });
    await until('nickname', () => ada.store.get(`thread:${thread}`)?.name === 'Bobby');
    await until('nothing waits', () => ada.store.get('connection')?.waiting === 0);
    assert.equal(ada.store.get(`thread:${thread}`)?.pinned, true);

    await ada.updateProfile({ fullName: 'Ada King', settings: { theme: 'dark' } });
    assert.equal(me(ada).fullName, 'Ada King');
    assert.equal(me(ada).settings.theme, 'dark');
    await until('the new name', () => bob.store.get(`thread:${thread}`)?.name === 'Ada King');
    await ada.uploadPhoto(new Blob([Buffer.from(PIXEL, 'base64')], { type: 'image/png' }));
    assert.notEqual(me(ada).photo, null);
    await until('the photo', () => bob.store.get(`thread:${thread}`)?.peer.photo === me(ada).photo);
    await ada.removePhoto();
    assert.equal(me(ada).photo, null);
    const password = 'another horse battery';
    await assert.rejects(ada.changePassword({ current: 'not this one at all', password }), /./);
    await ada.changePassword({ current: 'correct horse battery', password });
    assert.equal(ada.store.get('session')?.state, 'signedIn');
    assert.equal((await ada.getUser(me(bob).id)).fullName, 'Bob Byron');
    console.log('profile, photo, password');

    const third = program();
    await third.start();
    await third.signIn({ username: `bob${run}`, password: 'correct horse battery' });
    await until('third on-line', () => third.store.get('connection')?.state === 'online');
    third.openThread(thread);
    await until('third has the newest', () => items(third).at(-1)?.seq === 301);
    await until('hundred', () => items(third).length === 100);
    await third.loadAround(thread, 20);
    assert.equal(third.store.get(`messages:${thread}`)?.hasNewer, true);
    assert(items(third).some((item) => item.seq === 20));
    while (third.store.get(`messages:${thread}`)?.hasNewer) await third.loadNewer(thread);
    assert.deepEqual(
      items(third).map((item) => item.seq),
      Array.from({ length: 301 }, (_, index) => index + 1),
    );
    await third.loadNewest(thread);
    console.log('another device, jump and back');

    ada.send(thread, 'to three devices');
    await until('third hears', () => items(third).at(-1)?.text === 'to three devices');
    bob.deleteThread(thread);
    await until('gone at both', () =>
      [bob, third].every((p) => !p.store.get('threads')?.ids.includes(thread)),
    );
    ada.send(thread, 'after the deletion');
    await until('back at both', () =>
      [bob, third].every((p) => p.store.get('threads')?.ids.includes(thread)),
    );
    bob.closeThread(thread);
    bob.openThread(thread);
    await until(
      'only what came after',
      () => items(bob).length === 1 && items(bob)[0]?.text === 'after the deletion',
    );
    console.log('deleted for me, back with what came after');

    ada.openThread(thread);
    const before = items(ada).length;
    for (const text of ['x'.repeat(10_001), 'x'.repeat(100_000)])
      assert.throws(() => ada.send(thread, text), /at most 10,000 characters/);
    ada.send(thread, 'half a pair \ud83d');
    ada.send(thread, '🙂'.repeat(10_000));
    await until('the long one arrives', () => items(bob).at(-1)?.text.startsWith('🙂🙂'), 15_000);
    await until('the half one failed', () => items(ada).some((item) => item.state === 'failed'), 15_000);
    assert.equal(items(ada).length, before + 2);
    for (const item of items(ada)) if (item.state === 'failed') ada.discard(item.cid);
    await until('discarded', () => items(ada).length === before + 1);
    console.log('bad texts fail with a reason, good ones pass');

    const [other] = (await bob.listSessions()).filter((session) => !session.current);
    assert(other);
    await bob.endSession(other.id);
    await until('put out', () => {
      const session = third.store.get('session');
      return session?.state === 'signedOut' && session.reason === 'ended';
    });
    await bob.signOut();
    assert.equal(bob.store.get('session')?.state, 'signedOut');
    assert.equal(bob.store.get(`thread:${thread}`), undefined);
    await assert.rejects(bob.signIn({ username: `bob${run}`, password: 'wrong wrong wrong' }), /.+/);
    console.log('sessions');

    await Promise.all([ada.stop(), bob.stop(), third.stop()]);
  },
  60_000,
);
