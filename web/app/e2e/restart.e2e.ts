import type { Page } from '@playwright/test';
import { report } from './support/state.ts';
import { composer, expect, find, log, message, row, say, test } from './support/test.ts';

/** Watches a page for what a restart of the server must never show, even for one frame. */
async function watchForFlicker(page: Page): Promise<void> {
  await page.evaluate(() => {
    const seen: string[] = [];
    Object.assign(globalThis, { flickers: seen });
    const field = document.activeElement;
    field?.addEventListener('blur', () => seen.push('the field lost the focus'));
    const { pathname } = location;
    new MutationObserver(() => {
      if (location.pathname !== pathname) seen.push(`the page went to ${location.pathname}`);
      if (document.querySelector('input[type=password]')) seen.push('a sign-in form was shown');
      if (!document.querySelector('[role=log]')) seen.push('the conversation was not shown');
      if (field && !field.isConnected) seen.push('the field was replaced');
    }).observe(document, { childList: true, subtree: true });
  });
}

const flickers = (page: Page) =>
  page.evaluate(() => [...new Set((globalThis as unknown as { flickers: string[] }).flickers)]);

/** Where the conversation is scrolled to, and where the caret is. */
const place = (page: Page) =>
  page.evaluate(() => {
    const list = document.querySelector('[role=log]');
    const field = document.activeElement as HTMLTextAreaElement;
    return {
      scrollTop: Math.round(list?.scrollTop ?? -1),
      caret: [field.selectionStart, field.selectionEnd],
      text: field.value,
    };
  });

for (const [signal, how] of [
  ['SIGTERM', 'restarted'],
  ['SIGKILL', 'killed and started'],
] as const) {
  test(`[C5] a server that is ${how} while someone types moves nothing, and what is sent meanwhile goes out by itself`, async ({
    join,
    program,
    server,
  }) => {
    test.setTimeout(120_000);
    const bot = await program('Old Friend');
    const ada = await join('Ada Lovelace');
    await find(ada, { fullName: 'Old Friend', username: bot.me.username });
    const thread = new URL(ada.page.url()).pathname.split('/')[2] as string;
    await bot.sendMany(
      thread,
      Array.from({ length: 60 }, (_, n) => `an old message ${n}`),
    );
    await expect(log(ada.page).getByRole('article').last()).toBeVisible();
    const bob = await join('Bob Builder');
    await find(bob, ada);
    await say(bob.page, 'hello');
    await expect(row(ada.page, 'Bob Builder')).toContainText('hello');

    // In the middle of the history, in the middle of a word.
    await log(ada.page).hover();
    await ada.page.mouse.wheel(0, -900);
    await composer(ada.page).click();
    await composer(ada.page).pressSequentially('half a word');
    await composer(ada.page).press('ArrowLeft');
    await composer(ada.page).press('ArrowLeft');
    await expect.poll(async () => (await place(ada.page)).caret).toEqual([9, 9]);
    await watchForFlicker(ada.page);
    const before = await place(ada.page);
    expect(before.scrollTop).toBeGreaterThan(0);

    await server.kill(signal);
    await expect(ada.page.getByText('Waiting for network').first()).toBeVisible({ timeout: 15_000 });
    expect(await place(ada.page)).toEqual(before);
    await ada.page.keyboard.type('-');
    await server.start();
    let since = performance.now();
    await expect(ada.page.getByText('Waiting for network')).toHaveCount(0, { timeout: 60_000 });
    report(`server up again after ${signal}, until the page says so`, since);
    const after = await place(ada.page);
    expect(after).toEqual({ scrollTop: before.scrollTop, caret: [10, 10], text: 'half a wo-rd' });

    // Down again, and this time the word is sent, and another begun.
    await server.kill(signal);
    await ada.page.keyboard.press('Enter');
    await expect(message(ada.page, 'half a wo-rd')).toBeVisible();
    await ada.page.keyboard.type('the next word');
    await ada.page.waitForTimeout(1_000);
    await server.start();
    since = performance.now();
    await expect
      .poll(async () => (await bot.getThread(thread)).last?.text, { timeout: 60_000, intervals: [20] })
      .toBe('half a wo-rd');
    report(`server up again after ${signal}, until what was sent meanwhile is stored`, since);
    await expect(log(ada.page).getByText(/^(Sent|Delivered)$/)).toBeVisible({ timeout: 30_000 });
    expect((await place(ada.page)).text).toBe('the next word');
    expect(
      (await bot.getMessages(thread)).messages.filter(({ text }) => text === 'half a wo-rd'),
    ).toHaveLength(1);
    expect(await flickers(ada.page)).toEqual([]);
    await expect(row(bob.page, 'Ada Lovelace')).toBeVisible();
  });
}
