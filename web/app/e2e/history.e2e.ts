import type { Page } from '@playwright/test';
import { expect, find, log, message, PASSWORD, row, say, searchBox, signIn, test } from './support/test.ts';

const LONG = 20_000;

test.describe.configure({ timeout: 240_000 });

test('a thread of 20,000 messages opens like a short one and scrolls back without a jump', async ({
  program,
  visit,
}) => {
  const ada = await program('Ada Lovelace');
  const bob = await program('Bob Builder');
  const cyd = await program('Cyd Short');
  const dan = await program('Dan Middle');
  const long = await ada.startThread(bob.me.id);
  const short = await cyd.startThread(bob.me.id);
  const middle = await dan.startThread(bob.me.id);
  const text = (i: number) => `message ${i + 1} ${'word '.repeat(i % 23)}`;
  await ada.sendMany(
    long.id,
    Array.from({ length: LONG }, (_, i) => text(i)),
  );
  // As many as one page holds, and the same texts as the newest of the long one.
  await dan.sendMany(
    middle.id,
    Array.from({ length: 100 }, (_, i) => text(LONG - 100 + i)),
  );
  await cyd.sendMany(
    short.id,
    Array.from({ length: 20 }, (_, i) => text(LONG - 20 + i)),
  );
  for (const thread of [long.id, middle.id, short.id])
    await bob.call('PATCH', `/threads/${thread}`, { read: LONG });

  const page = await visit();
  await page.goto('/signin');
  await page.getByLabel('Username').fill(bob.me.username);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(searchBox(page)).toBeVisible();
  const newest = `message ${LONG} `;
  // The first opening also loads what every conversation needs: it is not counted.
  await openMs(page, 'Cyd Short', newest);
  const middleMs = await openMs(page, 'Dan Middle', newest);
  const longMs = await openMs(page, 'Ada Lovelace', newest);
  console.log(
    `first open, click to newest message on screen: 100 messages ${middleMs} ms, 20,000 messages ${longMs} ms`,
  );

  // Scroll up as a wheel does, and watch a message that is on screen while older ones are put in front of it.
  await log(page).hover();
  let worst = 0;
  for (let turn = 0; turn < 40; turn++) {
    await page.mouse.wheel(0, -600);
    worst = Math.max(worst, await jumpWhileIdle(page));
  }
  expect(worst, 'px of jump while older messages arrive').toBeLessThanOrEqual(1);
  const first = await log(page).getByRole('article').first().innerText();
  expect(Number(/message (\d+)/.exec(first)?.[1])).toBeLessThan(LONG - 100);
});

test('[C2] what was fetched of a conversation is not fetched again: not when it is opened again, nor after a reload', async ({
  join,
  joinAgain,
  layWire,
}) => {
  const ada = await join('Ada Lovelace');
  const bob = await join('Bob Builder');
  const cyd = await join('Cyd Short');
  for (const other of [bob, cyd]) {
    await find(other, ada);
    await say(other.page, 'long ago');
  }
  const wire = await layWire();
  const { page } = await joinAgain(ada, { wire });
  const open = async (name: string, text: string) => {
    await row(page, name).click();
    await expect(message(page, text)).toBeVisible();
  };

  await open('Bob Builder', 'long ago');
  await open('Cyd Short', 'long ago');
  await say(bob.page, 'meanwhile');
  await open('Bob Builder', 'meanwhile');
  await open('Cyd Short', 'long ago');
  await page.reload();
  await expect(message(page, 'long ago')).toBeVisible();
  await open('Bob Builder', 'meanwhile');

  // One page of each.
  expect(
    wire.requests.filter((request) => /^GET \/api\/threads\/[^/]+\/messages/.test(request)),
  ).toHaveLength(2);
  expect(wire.requests.filter((request) => request.startsWith('GET /api/bootstrap'))).toHaveLength(1);
});

test('a conversation that grew while it was open scrolls back to where it began without a jump', async ({
  program,
  visit,
}) => {
  const ada = await program('Ada Lovelace');
  const bob = await program('Bob Builder');
  const thread = await ada.startThread(bob.me.id);
  await ada.send(thread.id, 'how it began');
  const page = await visit();
  await signIn(page, bob.me);
  await row(page, 'Ada Lovelace').click();
  await expect(message(page, 'how it began')).toBeVisible();
  // More than the list lays out of what it follows.
  const texts = Array.from({ length: 900 }, (_, i) => `arrival ${i + 1} ${'word '.repeat(i % 23)}`);
  await ada.sendMany(thread.id, texts);
  await ada.call('POST', `/threads/${thread.id}/messages`, {
    cid: crypto.randomUUID(),
    text: 'do you remember?',
    replyTo: 1,
  });
  await expect(message(page, 'do you remember?')).toBeInViewport();

  await message(page, 'do you remember?')
    .getByRole('button', { name: /how it began/ })
    .click();
  await expect(message(page, 'how it began').first()).toBeInViewport();
  await page.getByRole('button', { name: /newest|latest/i }).click();
  await expect(message(page, 'do you remember?')).toBeInViewport();

  await log(page).hover();
  let worst = 0;
  for (let turn = 0; turn < 60 && (await log(page).evaluate(({ scrollTop }) => scrollTop)) > 0; turn++) {
    await page.mouse.wheel(0, -1200);
    worst = Math.max(worst, await jumpWhileIdle(page));
  }
  expect(worst, 'px of jump while older messages are taken back').toBeLessThanOrEqual(1);
  await expect(message(page, 'how it began').first()).toBeInViewport();
});

/** From the click on the row until the newest message is on the screen. */
async function openMs(page: Page, name: string, newest: string): Promise<number> {
  const started = Date.now();
  await row(page, name).click();
  await expect(message(page, newest).last()).toBeInViewport();
  return Date.now() - started;
}

/** How far a message on the screen moves by itself within some frames after a scroll has come to rest. */
function jumpWhileIdle(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const frame = () => new Promise(requestAnimationFrame);
    const scroller = [...document.querySelectorAll<HTMLElement>('[role=log]')].find(
      (element) => element.offsetHeight > 0,
    );
    if (!scroller) throw new Error('no conversation is open');
    let top = Number.NaN;
    while (top !== scroller.scrollTop) {
      top = scroller.scrollTop;
      await frame();
      await frame();
    }
    const box = scroller.getBoundingClientRect();
    const held = document
      .elementFromPoint(box.left + box.width / 2, box.top + box.height / 2)
      ?.closest('[data-index]');
    const article =
      held?.querySelector('article') ??
      [...scroller.querySelectorAll('article')].find((one) => one.getBoundingClientRect().top > box.top + 50);
    if (!article) return 0;
    const start = article.getBoundingClientRect().top;
    let worst = 0;
    for (let i = 0; i < 12; i++) {
      await frame();
      if (article.isConnected) worst = Math.max(worst, Math.abs(article.getBoundingClientRect().top - start));
    }
    return worst;
  });
}
