import { deleteMessage, editLast, flyAway, land, react } from './support/acts.ts';
import { openThreadId, report, shownMessages, storedMessages } from './support/state.ts';
import { composer, expect, find, log, message, row, say, test } from './support/test.ts';

test('what is sent off-line goes out once, in order, when the network is back', async ({ join }) => {
  const ada = await join('Ada Lovelace');
  const bob = await join('Bob Builder');
  await find(ada, bob);
  await say(ada.page, 'before');
  await row(bob.page, 'Ada Lovelace').click();
  await expect(message(bob.page, 'before')).toBeVisible();

  await ada.context.setOffline(true);
  for (const text of ['first', 'second', 'third']) await say(ada.page, text);
  await expect(log(ada.page).getByText('Waiting for network')).toBeVisible();
  await expect(ada.page.getByText('Waiting for network. Your messages will be sent.').first()).toBeVisible();
  await say(bob.page, 'meanwhile');

  await ada.context.setOffline(false);
  await expect(message(ada.page, 'meanwhile')).toBeVisible({ timeout: 15_000 });
  await expect(message(bob.page, 'third')).toBeVisible({ timeout: 15_000 });
  const texts = await log(bob.page).getByRole('article').locator('[dir=auto]').allTextContents();
  expect(texts).toEqual(['before', 'meanwhile', 'first', 'second', 'third']);
  await expect(log(ada.page).getByText('Waiting for network')).toHaveCount(0);
});

test('what was written off-line survives the page and goes out from the next one', async ({ join }) => {
  const ada = await join('Ada Lovelace');
  const bob = await join('Bob Builder');
  await find(ada, bob);
  await say(ada.page, 'before');
  await expect(log(ada.page).getByText('Delivered')).toBeVisible();
  const url = ada.page.url();
  await ada.context.setOffline(true);
  await say(ada.page, 'written in a tunnel');
  await expect(log(ada.page).getByText('Waiting for network')).toBeVisible();
  await ada.page.close();
  await ada.context.setOffline(false);
  const next = await ada.context.newPage();
  await next.goto(url);
  await expect(message(next, 'written in a tunnel')).toBeVisible();
  await expect(row(bob.page, 'Ada Lovelace')).toContainText('written in a tunnel', { timeout: 30_000 });
});

test('a server that is killed and comes back loses nothing and nobody signs in again', async ({
  join,
  server,
}) => {
  const ada = await join('Ada Lovelace');
  const bob = await join('Bob Builder');
  await find(ada, bob);
  await say(ada.page, 'before the crash');
  await row(bob.page, 'Ada Lovelace').click();
  await expect(message(bob.page, 'before the crash')).toBeVisible();
  await server.kill('SIGKILL');
  await say(ada.page, 'during the crash');
  await server.start();
  await expect(message(bob.page, 'during the crash')).toBeVisible({ timeout: 30_000 });
  await expect(composer(bob.page)).toBeVisible();
  await expect(log(bob.page).getByRole('article')).toHaveCount(2);
});

test('[C1] [C5] both wrote, edited, deleted and reacted off-line: back on-line, both show what the server has', async ({
  join,
  layWire,
  server,
}) => {
  const [adasWire, bobsWire] = [await layWire(), await layWire()];
  const ada = await join('Ada Lovelace', { wire: adasWire });
  const bob = await join('Bob Builder', { wire: bobsWire });
  await find(ada, bob);
  for (const text of ['Ada keeps this', 'Ada deletes this', 'Ada edits this']) await say(ada.page, text);
  await row(bob.page, 'Ada Lovelace').click();
  for (const text of ['Bob keeps this', 'Bob deletes this', 'Bob edits this']) await say(bob.page, text);
  await expect(message(ada.page, 'Bob edits this')).toBeVisible();
  await expect(log(bob.page).getByText('Seen')).toBeVisible();

  const sides = [
    { person: ada, wire: adasWire, name: 'Ada', other: 'Bob', emoji: '👍' },
    { person: bob, wire: bobsWire, name: 'Bob', other: 'Ada', emoji: '❤️' },
  ];
  for (const { person, wire } of sides) await flyAway(person, wire);
  for (const { person, name, other, emoji } of sides) {
    const { page } = person;
    await editLast(page, `${name} edited this`);
    await deleteMessage(page, message(page, `${name} deletes this`));
    await react(page, message(page, `${other} keeps this`), emoji);
    await react(page, message(page, `${other} edits this`), emoji);
    for (const word of ['one', 'two', 'three']) await say(page, `${name} ${word}`);
  }
  // Each shows its own acts at once, and none of the other's.
  await expect(message(ada.page, 'Ada edited this')).toBeVisible();
  await expect(message(ada.page, 'Bob edits this')).toBeVisible();
  await expect(message(ada.page, 'Bob edited this')).toHaveCount(0);

  const since = performance.now();
  for (const { person, wire } of sides) await land(person, wire);
  const thread = openThreadId(ada.page);
  await expect(async () => {
    const stored = await storedMessages(server.url, ada, thread);
    expect(stored).toHaveLength(12);
    expect(await shownMessages(ada.page)).toEqual(stored);
    expect(await shownMessages(bob.page)).toEqual(stored);
  }).toPass({ intervals: [50], timeout: 30_000 });
  report('back on-line until both show what the server has', since);

  const stored = await storedMessages(server.url, ada, thread);
  expect(stored.toSorted()).toEqual(
    [
      'Ada keeps this ❤️1',
      'Message deleted',
      'Ada edited this (edited) ❤️1',
      'Bob keeps this 👍1',
      'Message deleted',
      'Bob edited this (edited) 👍1',
      ...['Ada', 'Bob'].flatMap((name) => ['one', 'two', 'three'].map((word) => `${name} ${word}`)),
    ].toSorted(),
  );
  for (const { name } of sides) {
    const own = stored.filter((text) => /(one|two|three)$/.test(text) && text.startsWith(name));
    expect(own).toEqual([`${name} one`, `${name} two`, `${name} three`]);
  }
});

test('a change that the server refuses for good says so, and can be tried again or discarded', async ({
  join,
  server,
}) => {
  const ada = await join('Ada Lovelace');
  const bob = await join('Bob Builder');
  await find(ada, bob);
  await say(ada.page, 'much to like');
  await row(bob.page, 'Ada Lovelace').click();
  await expect(message(bob.page, 'much to like')).toBeVisible();
  // As many as one person may put under a message.
  const reactions = `${server.url}/api/threads/${openThreadId(bob.page)}/messages/1/reactions/`;
  const headers = { 'content-type': 'application/json' };
  for (const emoji of '😀😁😂😃😄😅😆😇😈😉😊😋😌😍😎😏😐😑😒😓') {
    const answer = await bob.context.request.put(reactions + encodeURIComponent(emoji), { headers });
    expect(answer.ok(), await answer.text()).toBe(true);
  }

  const liked = message(bob.page, 'much to like');
  await react(bob.page, liked, '👍');
  await expect(liked.getByText('Change not saved')).toBeVisible();
  await liked.getByRole('button', { name: 'Discard' }).click();
  await expect(liked.getByText('Change not saved')).toHaveCount(0);
  await react(bob.page, liked, '👍');
  await expect(liked.getByText('Change not saved')).toBeVisible();
  await bob.context.request.delete(reactions + encodeURIComponent('😀'), { headers });
  await liked.getByRole('button', { name: 'Retry' }).click();
  await expect(message(ada.page, 'much to like').getByRole('button', { name: /^👍/ })).toBeVisible();
  await expect(liked.getByText('Change not saved')).toHaveCount(0);
});

test('off-line, the list hides no conversation behind what it says of the network', async ({
  join,
  layWire,
}) => {
  const wire = await layWire();
  const ada = await join('Ada Lovelace');
  const bob = await join('Bob Builder', { wire });
  await find(ada, bob);
  await say(ada.page, 'hello');
  await expect(row(bob.page, 'Ada Lovelace')).toContainText('hello');
  await flyAway(bob, wire);
  await expect(bob.page.getByText('Waiting for network')).toBeVisible();
  const line = await bob.page
    .getByText('Waiting for network')
    .evaluate((text) => text.getBoundingClientRect().bottom);
  const top = await row(bob.page, 'Ada Lovelace').evaluate((link) => link.getBoundingClientRect().top);
  expect(top).toBeGreaterThanOrEqual(line);
});
