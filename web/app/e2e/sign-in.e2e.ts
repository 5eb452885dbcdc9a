import type { Page } from '@playwright/test';
import { expect, PASSWORD, searchBox, test } from './support/test.ts';

/** Keeps the server's word of who is signed in to itself, until it is let go. */
async function holdAnswer(page: Page): Promise<() => void> {
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  await page.route('**/api/sessions/current', async (route) => {
    await held;
    await route.continue();
  });
  return letGo;
}

// Requests of the engine in a tab can be held.
const withoutSharedWorker = true;

test('the form is there before it is known whether anybody is signed in, and what was typed stays', async ({
  visit,
  join,
}) => {
  const ada = await join('Ada Lovelace');
  const page = await visit({ withoutSharedWorker });
  const answer = await holdAnswer(page);
  const heard = page.waitForResponse('**/api/sessions/current');
  await page.goto('/signin');
  await page.getByLabel('Username').fill(ada.username);
  answer();
  await heard;
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(searchBox(page)).toBeVisible();
});

test('whoever is signed in already comes from the form to where they wanted to go', async ({ join }) => {
  const { page } = await join('Ada Lovelace', { withoutSharedWorker });
  // As on a device that has forgotten: the server alone knows.
  await page.evaluate(async () => {
    for (const { name } of await indexedDB.databases()) indexedDB.deleteDatabase(name as string);
  });
  const answer = await holdAnswer(page);
  await page.goto('/signin?next=%2Fsettings%2Fdevices');
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
  answer();
  await expect(page).toHaveURL(/\/settings\/devices$/);
  await expect(page.getByRole('list', { name: 'Devices' })).toBeVisible();
});
