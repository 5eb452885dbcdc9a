import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { composer, expect, find, log, message, row, say, test } from './support/test.ts';

const schemes = ['light', 'dark'] as const;

for (const scheme of schemes) {
  test(`axe finds nothing on any page (${scheme})`, async ({ join }) => {
    const ada = await join('Ada Lovelace');
    const bob = await join('Bob Builder');
    await ada.page.emulateMedia({ colorScheme: scheme });
    await check(ada.page, 'nothing open');
    await find(ada, bob);
    await check(ada.page, 'an empty conversation');
    await say(ada.page, 'Hello https://example.org');
    await row(bob.page, 'Ada Lovelace').click();
    await say(bob.page, 'Hi');
    await expect(message(ada.page, 'Hi')).toBeVisible();
    await check(ada.page, 'a conversation');
    await message(ada.page, 'Hello').click({ button: 'right' });
    await ada.page.keyboard.press('Escape');
    for (const path of ['/settings', '/settings/look', '/settings/password', '/settings/devices']) {
      await ada.page.goto(path);
      await ada.page.waitForTimeout(300);
      await check(ada.page, path);
    }
  });

  test(`axe finds nothing before signing in (${scheme})`, async ({ visit }) => {
    const page = await visit();
    await page.emulateMedia({ colorScheme: scheme });
    for (const path of ['/signin', '/signup']) {
      await page.goto(path);
      await expect(page.getByLabel('Username')).toBeVisible();
      await check(page, path);
    }
  });
}

test.describe('on a phone', () => {
  test.use({ viewport: { width: 375, height: 667 }, hasTouch: true, isMobile: true });

  test('one pane at a time; back leads to the list; header, last message and composer are in sight', async ({
    join,
  }) => {
    const ada = await join('Ada Lovelace');
    const bob = await join('Bob Builder');
    await find(ada, bob);
    // Enter breaks the line here; a button sends.
    await composer(ada.page).fill('hello');
    await ada.page.getByRole('button', { name: 'Send' }).click();
    await expect(message(ada.page, 'hello')).toBeInViewport();
    await expect(composer(ada.page)).toBeInViewport();
    await expect(ada.page.getByRole('button', { name: 'Back to the conversations' })).toBeInViewport();
    // The keyboard takes the lower half.
    await ada.page.setViewportSize({ width: 375, height: 360 });
    await expect(message(ada.page, 'hello')).toBeInViewport();
    await expect(composer(ada.page)).toBeInViewport({ ratio: 1 });
    await ada.page.setViewportSize({ width: 375, height: 667 });
    await ada.page.goBack();
    await expect(row(ada.page, 'Bob Builder')).toBeInViewport();
    const overflow = await ada.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    await check(ada.page, 'the list on a phone');
  });
});

test('the keyboard alone finds someone, talks, and moves among messages', async ({ join }) => {
  const ada = await join('Ada Lovelace');
  const bob = await join('Bob Builder');
  const { keyboard } = ada.page;
  await keyboard.press('Control+k');
  await keyboard.type(bob.username);
  await expect(ada.page.getByRole('option', { name: 'Bob Builder' })).toBeVisible();
  await keyboard.press('Enter');
  await expect(composer(ada.page)).toBeFocused();
  await keyboard.type('one');
  await keyboard.press('Shift+Enter');
  await keyboard.type('two');
  await keyboard.press('Enter');
  await expect(message(ada.page, 'one')).toContainText('two');
  await expect(composer(ada.page)).toBeFocused();
  await expect(log(ada.page).getByText('Delivered')).toBeVisible();
});

async function check(page: Page, where: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`),
    where,
  ).toEqual([]);
}
