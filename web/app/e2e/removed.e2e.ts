import { deleteThread, flyAway, land } from './support/acts.ts';
import { openThreadId, shownMessages, storedMessages } from './support/state.ts';
import { composer, expect, find, log, message, row, say, searchBox, test } from './support/test.ts';

for (const isOpen of [true, false]) {
  test(`[S4] [C1] a conversation removed elsewhere while this device was away is gone here, ${isOpen ? 'open as it is' : 'as a row'}, and comes back with what is new`, async ({
    join,
    joinAgain,
    layWire,
    server,
  }) => {
    const wire = await layWire();
    const ada = await join('Ada Lovelace');
    const cyd = await join('Cyd Charisse');
    const bob = await join('Bob Builder', { wire });
    await find(ada, bob);
    for (const text of ['old one', 'old two']) await say(ada.page, text);
    await find(cyd, bob);
    await say(cyd.page, 'another conversation');
    await row(bob.page, 'Ada Lovelace').click();
    await expect(message(bob.page, 'old two')).toBeVisible();
    const thread = openThreadId(bob.page);
    const phone = await joinAgain(bob);
    await expect(row(phone.page, 'Ada Lovelace')).toBeVisible();
    if (!isOpen) {
      await row(bob.page, 'Cyd Charisse').click();
      await expect(message(bob.page, 'another conversation')).toBeVisible();
    }

    await flyAway(bob, wire);
    await deleteThread(phone.page, row(phone.page, 'Ada Lovelace'));
    await land(bob, wire);
    await expect(row(bob.page, 'Ada Lovelace')).toHaveCount(0, { timeout: 30_000 });
    await expect(bob.page.getByText('old two')).toHaveCount(0);
    if (isOpen) {
      await expect(bob.page.getByText('This conversation was deleted.')).toBeVisible();
      await expect(composer(bob.page)).toHaveCount(0);
    }
    await expect(searchBox(bob.page)).toBeVisible();

    await say(ada.page, 'new');
    await expect(row(bob.page, 'Ada Lovelace')).toContainText('new', { timeout: 30_000 });
    if (!isOpen) await row(bob.page, 'Ada Lovelace').click();
    await expect(message(bob.page, 'new')).toBeVisible();
    await expect(log(bob.page).getByRole('article')).toHaveCount(1);
    expect(await shownMessages(bob.page)).toEqual(await storedMessages(server.url, bob, thread));
    await say(bob.page, 'and an answer');
    await expect(message(ada.page, 'and an answer')).toBeVisible();
    // The other one's side is as it was.
    expect(await shownMessages(ada.page)).toEqual(['old one', 'old two', 'new', 'and an answer']);
    await bob.page.reload();
    await expect(log(bob.page).getByRole('article')).toHaveCount(2);
  });
}
