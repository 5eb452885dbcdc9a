import { expect, type Locator, type Page } from '@playwright/test';
import { composer, log, type Person } from './test.ts';
import type { Wire } from './wire.ts';

/** Changes the own last message by the keys. */
export async function editLast(page: Page, text: string): Promise<void> {
  await composer(page).press('ArrowUp');
  const field = page.getByRole('textbox', { name: 'Edit message' });
  await field.fill(text);
  await field.press('Enter');
  await expect(composer(page)).toBeVisible();
}

export async function react(page: Page, message: Locator, emoji: string): Promise<void> {
  await message.hover();
  await log(page).getByRole('button', { name: 'React' }).click();
  await page.getByRole('button', { name: `React with ${emoji}` }).click();
}

/** Deletes a message for both. */
export async function deleteMessage(page: Page, message: Locator): Promise<void> {
  await message.hover();
  await log(page).getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
}

/** Removes a conversation from the own list. */
export async function deleteThread(page: Page, row: Locator): Promise<void> {
  await row.click({ button: 'right' });
  await page.getByRole('menuitem', { name: /delete/i }).click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /delete/i })
    .click();
  await expect(row).toHaveCount(0);
}

/** Aeroplane mode: the device says that it has no network, and has none. */
export async function flyAway({ context }: Person, wire: Wire): Promise<void> {
  wire.set('cut');
  await context.setOffline(true);
}

export async function land({ context }: Person, wire: Wire): Promise<void> {
  wire.set('open');
  await context.setOffline(false);
}
