import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import type { Schedule } from '../simulation/schedule.ts';
import { DirectedTests, shim } from './directed.ts';
import { type Mutant, mutate } from './mutants.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** One file with everything it imports, as it is or with one rule broken. */
async function load(entry: string, mutant: Mutant | null): Promise<Record<string, unknown>> {
  const bundle = await rolldown({
    input: join(root, entry),
    platform: 'node',
    external: [/^node:/],
    plugins: [
      {
        name: 'mutant',
        resolveId: (id) => (id === 'vitest' ? id : null),
        load: (id) => {
          if (id === 'vitest') return shim;
          if (!mutant || id !== join(root, mutant.file)) return null;
          return { code: mutate(mutant, readFileSync(id, 'utf8')), moduleType: 'ts' };
        },
      },
    ],
  });
  const { output } = await bundle.generate({ format: 'esm', codeSplitting: false });
  await bundle.close();
  return import(
    /* @vite-ignore */ `data:text/javascript;base64,${Buffer.from(output[0].code).toString('base64')}`
  );
}

export async function loadSimulation(mutant: Mutant | null): Promise<(schedule: Schedule) => Promise<void>> {
  return (await load('test/simulation/world.ts', mutant)).run as (schedule: Schedule) => Promise<void>;
}

export async function loadDirected(file: string, mutant: Mutant | null): Promise<DirectedTests> {
  const tests = new DirectedTests();
  Object.assign(globalThis, { directedTests: tests });
  await load(file, mutant);
  return tests;
}
