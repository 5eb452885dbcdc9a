import type { Head, ThreadPage } from '@parley/client';
import type { Page } from '@playwright/test';
import { flyAway, land } from './support/acts.ts';
import { ask, report, storedUnread } from './support/state.ts';
import { composer, expect, find, log, type Person, row, say, test } from './support/test.ts';
import type { Wire } from './support/wire.ts';

const STEPS = Number(process.env.PARLEY_BADGE_STEPS ?? 25);

/** A seed that found something comes here; null is a new one for each run, or what PARLEY_SEED says. */
const seeds: readonly (number | null)[] = [617525232, null];

/** A small generator of chance that begins the same for the same seed (mulberry32). */
function createChance(seed: number) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    below: (n: number) => Math.floor(next() * n),
    pick: <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)] as T,
  };
}

/** The badges of the list by name, as drawn. */
async function shownUnread(page: Page): Promise<Record<string, number>> {
  const rows = await page
    .getByRole('list', { name: 'Conversations' })
    .getByRole('link')
    .evaluateAll((links) =>
      links.map((link) => ({
        name: link.querySelector('bdi')?.textContent ?? '',
        unread: Math.max(
          0,
          // The innermost say it: what is around them has the drawn figure in its text too.
          ...[...link.querySelectorAll('span:not(:has(*))')].map((span) =>
            Number(/^([\d,]+) unread messages?$/.exec(span.textContent ?? '')?.[1]?.replace(',', '') ?? 0),
          ),
        ),
      })),
    );
  return Object.fromEntries(
    rows.filter(({ unread }) => unread > 0).map(({ name, unread }) => [name, unread]),
  );
}

interface Device extends Person {
  wire: Wire;
  isAway: boolean;
  label: string;
}

for (const known of seeds) {
  const title = `[C8] after ${STEPS} random acts on three devices every badge says what the database says`;
  test(`${title} (${known === null ? 'a new seed' : `seed ${known}`})`, async ({
    join,
    joinAgain,
    layWire,
    program,
    server,
  }) => {
    test.setTimeout(180_000 + STEPS * 4_000);
    const seed = known ?? Number(process.env.PARLEY_SEED ?? Date.now() % 1_000_000_007);
    test.info().annotations.push({ type: 'seed', description: String(seed) });
    console.log(`    PARLEY_SEED=${seed}`);
    const chance = createChance(seed);
    const newDevice = async (label: string, open: (wire: Wire) => Promise<Person>): Promise<Device> => {
      const wire = await layWire();
      return { ...(await open(wire)), wire, isAway: false, label };
    };
    const ada = await newDevice('Ada', (wire) => join('Ada Lovelace', { wire }));
    const desk = await newDevice("Bob's desk", (wire) => join('Bob Builder', { wire }));
    const bot = await program('Cyd Program');
    await find(ada, desk);
    await say(ada.page, 'first');
    await find(desk, { fullName: 'Cyd Program', username: bot.me.username });
    await say(desk.page, 'hello');
    const phone = await newDevice("Bob's phone", (wire) => joinAgain(desk, { wire }));
    const devices = [ada, desk, phone];
    const heads: ThreadPage = await ask(server.url, desk, '/threads');
    const withBot = heads.threads.find((head: Head) => head.peer.id === bot.me.id) as Head;

    const acts: string[] = [];
    for (let step = 0; step < STEPS; step++) {
      const device = chance.pick(devices);
      const { page, wire, label } = device;
      const name = chance.pick(device === ada ? ['Bob Builder'] : ['Ada Lovelace', 'Cyd Program']);
      const dice = chance.below(12);
      const note = (act: string) => acts.push(`${label}: ${act}`);
      const isOpen = await composer(page).isVisible();
      if (dice < 3) {
        note(`opens ${name}`);
        if (await row(page, name).isVisible()) await row(page, name).click();
      } else if (dice < 6 && isOpen) {
        note('sends');
        await say(page, `${label} ${step}`);
      } else if (dice < 8) {
        note('the program sends');
        await bot.send(withBot.id, `program ${step}`);
      } else if (dice === 8) {
        note('leaves');
        await page.keyboard.press('Escape');
      } else if (dice === 9) {
        note(device.isAway ? 'lands' : 'flies away');
        await (device.isAway ? land : flyAway)(device, wire);
        device.isAway = !device.isAway;
      } else if (dice === 10 && !device.isAway) {
        note('loads the page again');
        await page.reload();
        await expect(page.getByRole('list', { name: 'Conversations' })).toBeVisible();
      } else if (isOpen) {
        note('deletes its last message');
        const own = log(page).getByRole('article', { name: /^You, (?!Message deleted)/ });
        if ((await own.count()) === 0) continue;
        await own.last().hover();
        await log(page).getByRole('button', { name: 'More' }).click();
        await page.getByRole('menuitem', { name: /^(Delete|Do not send)$/ }).click();
        const confirm = page.getByRole('dialog').getByRole('button', { name: 'Delete' });
        if (await confirm.isVisible()) await confirm.click();
      }
    }

    const since = performance.now();
    for (const device of devices) if (device.isAway) await land(device, device.wire);
    for (const { page, label, ...person } of devices) {
      await expect(
        async () => {
          const stored = await storedUnread(server.url, { ...person, page });
          const total = Object.values(stored).reduce((sum, unread) => sum + unread, 0);
          expect(await shownUnread(page), label).toEqual(stored);
          expect(await page.title(), label).toBe(total > 0 ? `(${total}) Parley` : 'Parley');
        },
        `after ${acts.join(' · ')}`,
      ).toPass({ intervals: [100], timeout: 45_000 });
    }
    report('the last device is back, until all badges are true', since);
  });
}
