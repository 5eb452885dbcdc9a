import { report } from './support/state.ts';
import { composer, expect, find, log, message, row, say, test } from './support/test.ts';
import type { WireMode } from './support/wire.ts';

/** What stands between people and servers in offices and trains. */
const obstacles: [WireMode, string][] = [
  ['noSockets', 'refuses sockets'],
  ['shortSockets', 'ends each socket after a second'],
  ['deafSockets', 'opens sockets and swallows what they carry'],
];

for (const [mode, does] of obstacles) {
  test(`behind a proxy that ${does}, messages go both ways, and by a socket again when it is gone`, async ({
    join,
    layWire,
  }) => {
    test.setTimeout(150_000);
    const wire = await layWire();
    const ada = await join('Ada Lovelace', { wire });
    const bob = await join('Bob Builder');
    await find(ada, bob);
    await say(ada.page, 'before');
    await row(bob.page, 'Ada Lovelace').click();
    await expect(log(ada.page).getByText('Seen')).toBeVisible();

    wire.set(mode);
    let since = performance.now();
    await say(ada.page, 'out one');
    await expect(message(bob.page, 'out one')).toBeVisible({ timeout: 45_000 });
    report(`a proxy that ${does}: first message out`, since);
    since = performance.now();
    await say(bob.page, 'in one');
    await expect(message(ada.page, 'in one')).toBeVisible({ timeout: 45_000 });
    report(`a proxy that ${does}: first message in`, since);

    // Settled: a poll, or one short socket after the other.
    for (const n of ['two', 'three', 'four']) {
      since = performance.now();
      await say(bob.page, `in ${n}`);
      await expect(message(ada.page, `in ${n}`)).toBeVisible({ timeout: 30_000 });
      await say(ada.page, `out ${n}`);
      await expect(message(bob.page, `out ${n}`)).toBeVisible({ timeout: 30_000 });
      report(`a proxy that ${does}: a message in and one out`, since);
    }
    await expect(log(bob.page).getByText('Seen')).toBeVisible({ timeout: 30_000 });
    // It works, so nobody needs to hear of it.
    await expect(ada.page.getByText('Waiting for network')).toHaveCount(0);
    await expect(composer(ada.page)).toBeFocused();

    wire.set('open');
    // A poll tries a socket now and then; who looks at the page again does not wait for that.
    await ada.page.evaluate(() => dispatchEvent(new Event('online')));
    await expect.poll(() => wire.liveSockets, { timeout: 15_000 }).toBe(1);
    await composer(bob.page).pressSequentially('typing goes by sockets only');
    await expect(ada.page.getByRole('region', { name: 'Conversation with Bob Builder' })).toContainText(
      'typing…',
    );
    const texts = await log(ada.page)
      .getByRole('article')
      .locator('[data-bubble] > [dir=auto]')
      .allTextContents();
    expect(texts).toEqual(
      await log(bob.page).getByRole('article').locator('[data-bubble] > [dir=auto]').allTextContents(),
    );
    expect(texts).toEqual([
      'before',
      'out one',
      'in one',
      'in two',
      'out two',
      'in three',
      'out three',
      'in four',
      'out four',
    ]);
  });
}
