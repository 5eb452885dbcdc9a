import { expect, find, log, message, row, say, test } from './support/test.ts';

test('two tabs of one browser agree', async ({ join }) => {
  const ada = await join('Ada Lovelace');
  const bob = await join('Bob Builder');
  await find(ada, bob);
  await say(ada.page, 'from the first tab');
  const second = await ada.context.newPage();
  await second.goto(ada.page.url());
  await expect(message(second, 'from the first tab')).toBeVisible();
  await say(second, 'from the second tab');
  await expect(message(ada.page, 'from the second tab')).toBeVisible();
  await ada.page.close();
  await say(second, 'the first is closed');
  await expect(row(bob.page, 'Ada Lovelace')).toContainText('the first is closed');
});

test('reading on one device clears the badge on the other, and signing out there ends it', async ({
  join,
  joinAgain,
}) => {
  const ada = await join('Ada Lovelace');
  const bob = await join('Bob Builder');
  const { page: phone } = await joinAgain(bob);

  await find(ada, bob);
  await say(ada.page, 'on both');
  await expect(row(bob.page, 'Ada Lovelace')).toContainText('1 unread message');
  await expect(row(phone, 'Ada Lovelace')).toContainText('1 unread message');
  await row(phone, 'Ada Lovelace').click();
  await expect(message(phone, 'on both')).toBeVisible();
  await expect(row(bob.page, 'Ada Lovelace')).not.toContainText('unread');

  await phone.goto('/settings/devices');
  await phone
    .getByRole('list', { name: 'Devices' })
    .getByRole('button', { name: /^Sign out/ })
    .click();
  await expect(bob.page.getByRole('button', { name: 'Sign in' })).toBeVisible({ timeout: 10_000 });
});

test('a thread that is removed is gone on every device, and comes back with what is new', async ({
  join,
}) => {
  const ada = await join('Ada Lovelace');
  const bob = await join('Bob Builder');
  await find(ada, bob);
  await say(ada.page, 'old');
  await expect(log(ada.page).getByText('Delivered')).toBeVisible();
  const second = await bob.context.newPage();
  await second.goto('/');
  await expect(row(second, 'Ada Lovelace')).toBeVisible();
  await row(bob.page, 'Ada Lovelace').click({ button: 'right' });
  await bob.page.getByRole('menuitem', { name: /delete/i }).click();
  await bob.page
    .getByRole('dialog')
    .getByRole('button', { name: /delete/i })
    .click();
  await expect(row(bob.page, 'Ada Lovelace')).toHaveCount(0);
  await expect(row(second, 'Ada Lovelace')).toHaveCount(0);
  await say(ada.page, 'new');
  await row(bob.page, 'Ada Lovelace').click();
  await expect(message(bob.page, 'new')).toBeVisible();
  await expect(log(bob.page).getByRole('article')).toHaveCount(1);
});
