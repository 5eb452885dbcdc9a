import type { Page } from '@playwright/test';
import { openThreadId, shownMessages, storedMessages } from './support/state.ts';
import { expect, find, log, message, type Person, row, say, test } from './support/test.ts';

/** The tab dies where it stands, as under the system's memory killer: nothing in it runs any more. */
async function crash(person: Person, page: Page): Promise<void> {
  const session = await person.context.newCDPSession(page);
  const isDead = new Promise((resolve) => page.once('crash', resolve));
  session.send('Page.crash').catch(() => {});
  await isDead;
}

/** Whether that text waits on the browser's disk: what was drawn only a moment ago may go with the tab. */
const isOnDisk = (page: Page, text: string) =>
  page.evaluate(async (wanted) => {
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const names = (await indexedDB.databases()).map(({ name }) => name ?? '');
    const db = await done(indexedDB.open(names.find((name) => name.startsWith('parley-user-')) ?? ''));
    try {
      const entries = await done(db.transaction('outbox').objectStore('outbox').getAll());
      return entries.some(({ act }) => act.text === wanted);
    } finally {
      db.close();
    }
  }, text);

for (const withoutSharedWorker of [false, true]) {
  const where = withoutSharedWorker ? 'the engine in a tab' : 'the engine in a worker';

  for (const dying of ['first', 'second'] as const) {
    test(`[C5] the ${dying} of two tabs crashes in mid-send: each message arrives once and the other goes on (${where})`, async ({
      join,
      layWire,
      server,
    }) => {
      const wire = await layWire();
      const ada = await join('Ada Lovelace', { wire, withoutSharedWorker });
      const bob = await join('Bob Builder');
      await find(ada, bob);
      await say(ada.page, 'before');
      await expect(log(ada.page).getByText('Delivered')).toBeVisible();
      const second = await ada.context.newPage();
      await second.goto(ada.page.url());
      await expect(message(second, 'before')).toBeVisible();
      const [dies, lives] = dying === 'first' ? [ada.page, second] : [second, ada.page];

      // No answer comes before the tab is dead.
      wire.delayMs = 1_500;
      const texts = Array.from({ length: 5 }, (_, n) => `from the tab that dies ${n}`);
      for (const text of texts) await say(dies, text);
      await expect.poll(() => isOnDisk(lives, texts.at(-1) ?? ''), { intervals: [10] }).toBe(true);
      await crash(ada, dies);
      wire.delayMs = 0;
      await say(lives, 'from the tab that lives');

      await row(bob.page, 'Ada Lovelace').click();
      await expect(message(bob.page, 'from the tab that lives')).toBeVisible({ timeout: 30_000 });
      const thread = openThreadId(lives);
      await expect
        .poll(async () => (await storedMessages(server.url, ada, thread)).toSorted())
        .toEqual(['before', ...texts, 'from the tab that lives'].toSorted());
      const stored = await storedMessages(server.url, ada, thread);
      // What the dead tab sent keeps its order, wherever the living one's message came in between.
      expect(stored.filter((text) => texts.includes(text))).toEqual(texts);
      await expect.poll(() => shownMessages(lives)).toEqual(stored);
      await expect.poll(() => shownMessages(bob.page)).toEqual(stored);

      await say(bob.page, 'still there?');
      await expect(message(lives, 'still there?')).toBeVisible();
      await say(lives, 'yes');
      await expect(message(bob.page, 'yes')).toBeVisible();
    });
  }

  test(`[C5] what a browser wrote off-line goes out from another tab when the one that wrote it has crashed (${where})`, async ({
    join,
    layWire,
    server,
  }) => {
    const wire = await layWire();
    const ada = await join('Ada Lovelace', { wire, withoutSharedWorker });
    const bob = await join('Bob Builder');
    await find(ada, bob);
    await say(ada.page, 'before');
    await expect(log(ada.page).getByText('Delivered')).toBeVisible();
    const second = await ada.context.newPage();
    await second.goto(ada.page.url());
    await expect(message(second, 'before')).toBeVisible();
    wire.set('cut');
    for (const text of ['one', 'two']) await say(ada.page, text);
    await expect.poll(() => isOnDisk(second, 'two'), { intervals: [10] }).toBe(true);
    await crash(ada, ada.page);
    wire.set('open');
    await second.bringToFront();
    await row(bob.page, 'Ada Lovelace').click();
    await expect(message(bob.page, 'two')).toBeVisible({ timeout: 45_000 });
    const thread = openThreadId(second);
    expect(await storedMessages(server.url, bob, thread)).toEqual(['before', 'one', 'two']);
    await expect.poll(() => shownMessages(second)).toEqual(['before', 'one', 'two']);
  });
}
