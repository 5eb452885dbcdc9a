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
