import { openThreadId, report, shownMessages, storedMessages } from './support/state.ts';
import { composer, expect, find, log, message, row, say, test } from './support/test.ts';

// What people complain of in other messengers.

test('[C5] Enter pressed twice, or held down, sends once', async ({ join, server }) => {
  const ada = await join('Ada Lovelace');
  const bob = await join('Bob Builder');
  await find(ada, bob);
  const field = composer(ada.page);
  await field.fill('once');
  // Both presses reach the page before it has drawn the first.
  await field.evaluate((element) => {
    for (const repeat of [false, true, true]) {
      const key = { key: 'Enter', code: 'Enter', bubbles: true, cancelable: true, repeat };
      element.dispatchEvent(new KeyboardEvent('keydown', key));
    }
  });
  await field.fill('twice');
  await Promise.all([field.press('Enter'), field.press('Enter')]);
  const button = ada.page.getByRole('button', { name: 'Send', exact: true });
  await field.fill('thrice');
  await button.dblclick();
  await row(bob.page, 'Ada Lovelace').click();
  await expect(message(bob.page, 'thrice')).toBeVisible();
  const stored = await storedMessages(server.url, ada, openThreadId(ada.page));
  expect(stored).toEqual(['once', 'twice', 'thrice']);
  await expect.poll(() => shownMessages(bob.page)).toEqual(stored);
});

test('[C5] [C4] a network that breaks again and again sends each message once and in order', async ({
  join,
  layWire,
  server,
}) => {
  const [adasWire, bobsWire] = [await layWire(), await layWire()];
  const ada = await join('Ada Lovelace', { wire: adasWire });
  const bob = await join('Bob Builder', { wire: bobsWire });
  await find(ada, bob);
  await say(ada.page, 'before');
  await row(bob.page, 'Ada Lovelace').click();
  await expect(message(bob.page, 'before')).toBeVisible();
  // Slow enough that most cuts fall between a send and its answer.
  adasWire.delayMs = bobsWire.delayMs = 40;
  const sent: string[] = [];
  for (let n = 0; n < 8; n++) {
    for (const [person, name] of [
      [ada, 'Ada'],
      [bob, 'Bob'],
    ] as const) {
      await say(person.page, `${name} ${n}`);
      sent.push(`${name} ${n}`);
    }
    const wire = n % 2 === 0 ? adasWire : bobsWire;
    wire.set('cut');
    wire.set('open');
  }
  const thread = openThreadId(ada.page);
  const since = performance.now();
  await expect(async () => {
    const stored = await storedMessages(server.url, ada, thread);
    expect(stored.toSorted()).toEqual(['before', ...sent].toSorted());
    // No reload: what is missing would stay missing.
    expect(await shownMessages(ada.page)).toEqual(stored);
    expect(await shownMessages(bob.page)).toEqual(stored);
  }).toPass({ intervals: [100], timeout: 60_000 });
  report('the last of 8 cuts, until both show everything', since);
  const stored = await storedMessages(server.url, ada, thread);
  for (const name of ['Ada', 'Bob']) {
    const own = stored.filter((text) => text.startsWith(name));
    expect(own).toEqual(sent.filter((text) => text.startsWith(name)));
  }
  await expect(log(ada.page).getByText('Waiting for network')).toHaveCount(0);
});
