import type { Page } from '@playwright/test';
import { flyAway, land } from './support/acts.ts';
import { expect, find, log, message, type Person, row, say, test } from './support/test.ts';

/** Signs out the other device of that person. */
async function endOtherSession(page: Page): Promise<void> {
  await page.goto('/settings/devices');
  const button = page.getByRole('list', { name: 'Devices' }).getByRole('button', { name: /^Sign out/ });
  await button.click();
  await expect(button).toHaveCount(0);
}

/** Nothing of anybody is on this device: no database of a user, and no name of one. */
async function expectNothingKept(page: Page): Promise<void> {
  await expect
    .poll(() =>
      page.evaluate(async () => {
        const names = (await indexedDB.databases()).map(({ name }) => name);
        return names.filter((name) => name !== 'parley-device');
      }),
    )
    .toEqual([]);
  const isRemembered = await page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const opening = indexedDB.open('parley-device');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const reading = opening.result.transaction('session').objectStore('session').getAllKeys();
          reading.onsuccess = () => {
            opening.result.close();
            resolve(reading.result);
          };
        };
      }),
  );
  expect(isRemembered).toEqual([]);
}

for (const withoutSharedWorker of [false, true]) {
  const where = withoutSharedWorker ? 'the engine in a tab' : 'the engine in a worker';

  test(`[C7] signed out on another device: at the sign-in page, nothing kept, nothing more arrives (${where})`, async ({
    join,
    joinAgain,
    layWire,
  }) => {
    const wire = await layWire();
    const ada = await join('Ada Lovelace');
    const bob = await join('Bob Builder', { wire, withoutSharedWorker });
    await find(ada, bob);
    await say(ada.page, 'for Bob alone');
    await row(bob.page, 'Ada Lovelace').click();
    await expect(message(bob.page, 'for Bob alone')).toBeVisible();
    const second = await bob.context.newPage();
    await second.goto(bob.page.url());
    await expect(message(second, 'for Bob alone')).toBeVisible();
    const phone: Person = await joinAgain(bob);

    await endOtherSession(phone.page);
    for (const page of [bob.page, second]) {
      await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
      await expect(page.getByText('signed out', { exact: false })).toBeVisible();
      await expect(page.getByText('for Bob alone')).toHaveCount(0);
    }
    await phone.page.goto('/');
    await say(ada.page, 'after that');
    await expect(row(phone.page, 'Ada Lovelace')).toContainText('after that');
    await expectNothingKept(bob.page);
    expect(wire.liveSockets).toBe(0);
    await bob.page.reload();
    await expect(bob.page.getByRole('button', { name: 'Sign in' })).toBeVisible();
    await expectNothingKept(bob.page);
    await expect(bob.page).toHaveTitle('Parley');
  });
}

test('[C7] signed out on another device while away: nothing is kept once back, and what was written is not sent', async ({
  join,
  joinAgain,
  layWire,
}) => {
  const wire = await layWire();
  const ada = await join('Ada Lovelace');
  const bob = await join('Bob Builder', { wire });
  await find(bob, ada);
  await say(bob.page, 'before');
  await expect(log(bob.page).getByText('Delivered')).toBeVisible();
  await flyAway(bob, wire);
  await say(bob.page, 'written in the air');
  await expect(log(bob.page).getByText('Waiting for network')).toBeVisible();
  const phone = await joinAgain(bob);
  await endOtherSession(phone.page);

  await land(bob, wire);
  await expect(bob.page.getByRole('button', { name: 'Sign in' })).toBeVisible({ timeout: 30_000 });
  await expectNothingKept(bob.page);
  await expect(row(ada.page, 'Bob Builder')).toContainText('before');
});
