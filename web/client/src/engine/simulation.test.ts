import 'fake-indexeddb/auto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DiskKind } from '../../test/simulation/disk.ts';
import { regressions } from '../../test/simulation/regressions.ts';
import { type Schedule, schedules } from '../../test/simulation/schedule.ts';
import { run, World } from '../../test/simulation/world.ts';

/** With the other tests the same schedules each time; a run of their own (`npm run simulate`) takes new ones. */
const seed = Number(process.env.SEED ?? (process.env.RUNS === undefined ? 42 : Date.now() % 2 ** 31));
const total = Number(process.env.RUNS ?? 5000);
/** The real storage answers in its own time, and so takes three times as long. */
const onIndexedDb = Math.ceil(total / 20);
const shares: [DiskKind, number][] = [
  ['memory', total - onIndexedDb],
  ['indexedDb', onIndexedDb],
];
const PROGRESS = 5000;

test.each(shares)(
  '[C1]…[C8] on %s the whole engine converges after any schedule, and every send lands once and in order (%i schedules)',
  async (disk, numRuns) => {
    console.log(`engine simulation on ${disk}: seed ${seed}, ${numRuns} schedules (SEED and RUNS set them)`);
    let done = 0;
    const began = Date.now();
    const counted = async (schedule: Schedule) => {
      await run(schedule);
      if (++done % PROGRESS === 0) {
        console.log(
          `${done} of ${numRuns} schedules on ${disk}, ${Math.round((Date.now() - began) / 1000)} s`,
        );
      }
    };
    await fc.assert(fc.asyncProperty(schedules(disk), counted), { seed, numRuns });
  },
  0,
);

describe('what failed once', () => {
  for (const { found, schedule } of regressions) test(found, () => run(schedule));
});

test('the oracle sees a message that a device lacks', async () => {
  const world = new World({ cast: 'one', disk: 'memory', luck: 1, isTight: false, steps: [] });
  await world.begin();
  await world.heal();
  await world.check();
  for (const seat of world.seats) seat.network.isSilent = true;
  world.server.send('bob', world.threads[0] as string, 'elsewhere-unheard', 'unheard');
  await world.clock.advance(1000);
  await expect(world.check()).rejects.toThrow(/strictly deep-equal/);
  await world.end();
});
