import 'fake-indexeddb/auto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Schedule, schedules } from '../simulation/schedule.ts';
import caughtBy from './caughtBy.json' with { type: 'json' };
import { loadDirected, loadSimulation } from './load.ts';
import { type Mutant, mutants } from './mutants.ts';

/** The schedules are the same ones each time, and the one that caught a mutant before is tried first. */
const SEED = 1;
/** A broken program may wait for what never comes. */
const PATIENCE_MS = 300_000;
const LIMIT = Number(process.env.RUNS ?? 1200);
const all = fc.sample(schedules('memory'), { seed: SEED, numRuns: LIMIT });
const known: Record<string, number> = caughtBy;

function nameOf({ rule, what }: Mutant): string {
  return `[${rule}] ${what}`;
}

/** The number of the first schedule that fails. */
async function firstCaught(mutant: Mutant): Promise<{ index: number; error: unknown } | undefined> {
  const run = await loadSimulation(mutant);
  const first = known[nameOf(mutant)];
  for (const index of first === undefined ? all.keys() : [first, ...all.keys()]) {
    try {
      await run(all[index] as Schedule);
    } catch (error) {
      return { index, error };
    }
  }
  return undefined;
}

/** A rule that is broken shows as a wrong outcome, not as a program that does not run. */
function expectAssertion(error: unknown): void {
  const { name, message } = error as Error;
  expect(name, message).toBe('AssertionError');
}

test(
  'what catches the mutants holds where nothing is broken',
  async () => {
    const run = await loadSimulation(null);
    for (const index of new Set(Object.values(known))) await run(all[index] as Schedule);
    for (const file of new Set(mutants.flatMap(({ directed }) => directed ?? []))) {
      expect(await (await loadDirected(file, null)).firstFailed()).toBeUndefined();
    }
  },
  PATIENCE_MS,
);

test('no two mutants have the same name', () => {
  expect(new Set(mutants.map(nameOf)).size).toBe(mutants.length);
});

describe('by the simulation', () => {
  for (const mutant of mutants.filter(({ directed }) => !directed)) {
    test(
      `mutant ${nameOf(mutant)}: caught`,
      async () => {
        const caught = await firstCaught(mutant);
        if (process.env.FIND) console.log(`CAUGHT ${JSON.stringify([nameOf(mutant), caught?.index])}`);
        expect(caught, `It survived ${LIMIT} schedules.`).toBeDefined();
        expectAssertion(caught?.error);
      },
      PATIENCE_MS,
    );
  }
});

describe('by a directed test', () => {
  for (const mutant of mutants) {
    const { directed } = mutant;
    if (directed === undefined) continue;
    test(
      `mutant ${nameOf(mutant)}: caught by ${directed}`,
      async () => {
        const failed = await (await loadDirected(directed, mutant)).firstFailed();
        expect(failed, 'It survived.').toBeDefined();
        expectAssertion(failed?.error);
      },
      PATIENCE_MS,
    );
  }
});
