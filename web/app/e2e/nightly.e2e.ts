import type { Page } from '@playwright/test';
import { OwnBrowser } from './support/ownBrowser.ts';
import { openThreadId, report, shownMessages, storedMessages } from './support/state.ts';
import { composer, expect, find, log, message, row, say, signIn, test } from './support/test.ts';
import type { Wire } from './support/wire.ts';

// PARLEY_NIGHTLY=1 npx playwright test e2e/nightly.e2e.ts
test.skip(!process.env.PARLEY_NIGHTLY, 'Waits for minutes: PARLEY_NIGHTLY=1 runs it');
test.describe.configure({ timeout: 300_000 });

/** What the rules allow before someone who vanished is shown as gone. */
const FOUND_DEAD_MS = 45_000;
const GRACE_MS = 15_000;

const status = (page: Page, name: string) =>
  page.getByRole('region', { name: `Conversation with ${name}` }).locator('header');

let own: OwnBrowser;

test.beforeEach(async () => {
  own = await OwnBrowser.launch();
});

test.afterEach(async () => {
  await own.dispose();
});

/** Signs somebody in with the browser that the test may hurt. */
async function openIn(wire: Wire, person: { username: string }): Promise<Page> {
  const context = await own.browser.newContext({ baseURL: wire.url, viewport: { width: 1000, height: 800 } });
  const page = await context.newPage();
  await signIn(page, person);
  return page;
}

test('someone whose browser and network die at once is shown as gone within 45 s', async ({
  join,
  layWire,
}) => {
  const wire = await layWire();
  const ada = await join('Ada Lovelace');
  const bob = await join('Bob Builder');
  await find(ada, bob);
  await say(ada.page, 'hello');
  await bob.context.close();
  await expect(status(ada.page, 'Bob Builder')).toContainText(/Active /);
  await openIn(wire, bob);
  await expect(status(ada.page, 'Bob Builder')).toContainText('Online');

  wire.set('silent');
  own.signal('SIGKILL');
  const since = performance.now();
  await expect(status(ada.page, 'Bob Builder')).toContainText(/Active /, {
    timeout: FOUND_DEAD_MS + GRACE_MS,
  });
  report('browser killed behind a silent network, until shown as gone', since);
});

test('a computer that slept for a minute is in sync when it wakes', async ({ join, layWire, server }) => {
  const wire = await layWire();
  const ada = await join('Ada Lovelace');
  const bob = await join('Bob Builder');
  await find(ada, bob);
  await say(ada.page, 'before');
  await bob.context.close();
  const page = await openIn(wire, bob);
  await row(page, 'Ada Lovelace').click();
  await expect(message(page, 'before')).toBeVisible();
  await composer(page).fill('half a word');

  own.signal('SIGSTOP');
  await say(ada.page, 'while Bob sleeps');
  await expect(status(ada.page, 'Bob Builder')).toContainText(/Active /, {
    timeout: FOUND_DEAD_MS + GRACE_MS,
  });
  await ada.page.waitForTimeout(25_000);
  await say(ada.page, 'and still');
  own.signal('SIGCONT');
  let since = performance.now();
  await expect(message(page, 'and still')).toBeVisible({ timeout: 30_000 });
  report('woken after more than a minute, until in sync', since);
  since = performance.now();
  await expect(status(ada.page, 'Bob Builder')).toContainText('Online', { timeout: 30_000 });
  await expect(composer(page)).toHaveValue('half a word');
  await composer(page).press('Enter');
  await expect(message(ada.page, 'half a word')).toBeVisible();
  const stored = await storedMessages(server.url, ada, openThreadId(ada.page));
  expect(stored).toEqual(['before', 'while Bob sleeps', 'and still', 'half a word']);
  expect(await shownMessages(page)).toEqual(stored);
});

test('a network that dies without a word is noticed, and what was sent into it arrives once', async ({
  join,
  layWire,
  server,
}) => {
  const wire = await layWire();
  const ada = await join('Ada Lovelace', { wire });
  const bob = await join('Bob Builder');
  await find(ada, bob);
  await say(ada.page, 'before');
  await row(bob.page, 'Ada Lovelace').click();
  await expect(message(bob.page, 'before')).toBeVisible();

  wire.set('silent');
  let since = performance.now();
  await say(ada.page, 'into the void');
  await say(bob.page, 'from the other side');
  await expect(ada.page.getByText('Waiting for network').first()).toBeVisible({ timeout: 60_000 });
  report('a silent network, until the page says so', since);
  await expect(status(bob.page, 'Ada Lovelace')).toContainText(/Active /, {
    timeout: FOUND_DEAD_MS + GRACE_MS,
  });
  report('a silent network, until the other one is told', since);
  wire.set('open');
  since = performance.now();
  await expect(message(bob.page, 'into the void')).toBeVisible({ timeout: 60_000 });
  await expect(message(ada.page, 'from the other side')).toBeVisible({ timeout: 30_000 });
  report('the network is back without a word too, until both are in sync', since);
  const stored = await storedMessages(server.url, ada, openThreadId(ada.page));
  expect(stored.toSorted()).toEqual(['before', 'from the other side', 'into the void']);
  await expect.poll(() => shownMessages(ada.page)).toEqual(stored);
  await expect(log(ada.page).getByText('Waiting for network')).toHaveCount(0);
});
