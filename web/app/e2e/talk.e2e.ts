import { composer, expect, find, log, message, row, say, signUp, test } from './support/test.ts';

test('two people sign up, find each other and talk', async ({ visit }) => {
  const ada = await signUp(await visit(), 'Ada Lovelace');
  const bob = await signUp(await visit(), 'Bob Builder');
  await find(ada, bob);

  await say(ada.page, 'Hello Bob, 你好 👋');
  await expect(row(bob.page, 'Ada Lovelace')).toContainText('Hello Bob, 你好 👋');
  await expect(row(bob.page, 'Ada Lovelace')).toContainText('1 unread message');
  await expect(bob.page).toHaveTitle('(1) Parley');

  await row(bob.page, 'Ada Lovelace').click();
  await expect(message(bob.page, 'Hello Bob')).toBeVisible();
  await expect(bob.page).toHaveTitle('Parley');
  await expect(log(ada.page).getByText('Seen')).toBeVisible();

  await composer(bob.page).pressSequentially('Hi');
  await expect(ada.page.getByRole('region', { name: 'Conversation with Bob Builder' })).toContainText(
    'typing…',
  );
  await composer(bob.page).press('Enter');
  await expect(message(ada.page, 'Hi')).toBeVisible();
  await expect(ada.page.getByText('typing…')).toHaveCount(0);
});

test('a message is delivered when the other device has it and seen when it was looked at', async ({
  join,
}) => {
  const ada = await join('Ada Lovelace');
  const bob = await join('Bob Builder');
  await find(ada, bob);
  await say(ada.page, 'are you there?');
  // Bob's browser has it, Bob has not opened it.
  await expect(log(ada.page).getByText('Delivered')).toBeVisible();
  await row(bob.page, 'Ada Lovelace').click();
  await expect(log(ada.page).getByText('Seen')).toBeVisible();
});

test('a conversation is laid out while its row is pressed, and read when the mouse is let go', async ({
  join,
}) => {
  const ada = await join('Ada Lovelace');
  const bob = await join('Bob Builder');
  await find(ada, bob);
  await say(ada.page, 'are you there?');
  await row(bob.page, 'Ada Lovelace').hover();
  const conversation = bob.page.locator('section[aria-label="Conversation with Ada Lovelace"]');
  await expect(conversation).toHaveCount(0);
  await bob.page.mouse.down();
  await expect(conversation).toHaveCount(1);
  await expect(conversation).toBeHidden();
  await expect(log(ada.page).getByText('Delivered')).toBeVisible();
  await bob.page.mouse.up();
  await expect(message(bob.page, 'are you there?')).toBeVisible();
  await expect(composer(bob.page)).toBeFocused();
  await expect(log(ada.page).getByText('Seen')).toBeVisible();
});

test('presence comes and goes', async ({ join }) => {
  const ada = await join('Ada Lovelace');
  const bob = await join('Bob Builder');
  await find(ada, bob);
  const header = ada.page.getByRole('region', { name: 'Conversation with Bob Builder' });
  await expect(header.getByText('Online', { exact: true })).toBeVisible();
  await bob.context.close();
  await expect(header.getByText(/^Active /)).toBeVisible({ timeout: 15_000 });
});

test('typing fades by itself', async ({ join }) => {
  const ada = await join('Ada Lovelace');
  const bob = await join('Bob Builder');
  await find(ada, bob);
  await say(ada.page, 'hello');
  await row(bob.page, 'Ada Lovelace').click();
  await composer(bob.page).pressSequentially('I');
  await expect(row(ada.page, 'Bob Builder').getByText('typing…')).toBeVisible();
  await expect(row(ada.page, 'Bob Builder').getByText('typing…')).toHaveCount(0, { timeout: 10_000 });
});

test('a reload keeps everything, the word half written too', async ({ join }) => {
  const ada = await join('Ada Lovelace');
  const bob = await join('Bob Builder');
  await find(ada, bob);
  for (const text of ['one', 'two', 'three']) await say(ada.page, text);
  await expect(log(ada.page).getByText('Delivered')).toBeVisible();
  await composer(ada.page).pressSequentially('half a wo');
  await ada.page.waitForTimeout(400);
  await ada.page.reload();
  await expect(log(ada.page).getByRole('article')).toHaveCount(3);
  await expect(composer(ada.page)).toHaveValue('half a wo');
});

test('messages are edited, answered, reacted to and deleted on both sides', async ({ join }) => {
  const ada = await join('Ada Lovelace');
  const bob = await join('Bob Builder');
  await find(ada, bob);
  await say(ada.page, 'se you tomorow');
  await row(bob.page, 'Ada Lovelace').click();
  await expect(message(bob.page, 'se you tomorow')).toBeVisible();

  await composer(ada.page).press('ArrowUp');
  await expect(ada.page.getByRole('textbox', { name: 'Edit message' })).toHaveValue('se you tomorow');
  await ada.page.getByRole('textbox', { name: 'Edit message' }).fill('see you tomorrow');
  await ada.page.getByRole('textbox', { name: 'Edit message' }).press('Enter');
  await expect(message(bob.page, 'see you tomorrow')).toContainText('edited');

  await message(bob.page, 'see you tomorrow').hover();
  await log(bob.page).getByRole('button', { name: 'Reply' }).click();
  await say(bob.page, 'until then');
  await expect(message(ada.page, 'until then')).toContainText('see you tomorrow');

  await message(bob.page, 'see you tomorrow').first().hover();
  await log(bob.page).getByRole('button', { name: 'React' }).click();
  await bob.page.getByRole('button', { name: 'React with 👍' }).click();
  await expect(
    message(ada.page, 'see you tomorrow').getByRole('button', { name: /^👍/ }).first(),
  ).toBeVisible();

  await message(ada.page, 'see you tomorrow').first().hover();
  await log(ada.page).getByRole('button', { name: 'More' }).click();
  await ada.page.getByRole('menuitem', { name: 'Delete' }).click();
  await ada.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  // In its own place, and where it was quoted.
  await expect(message(bob.page, 'Message deleted')).toHaveCount(2);
});
