import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ModelServer } from '../../test/support/modelServer.ts';
import { checkConvergence, type SimulatedClient, Simulation } from '../../test/support/simulation.ts';

const USERS = ['ada', 'bob', 'cyd'];
const user = fc.nat(2).map((index) => USERS[index] as string);
const pick = fc.nat(9);

/** What may happen, the usual things more often. Each is a function of the simulation, so that a failure shrinks. */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('send' as const), user, pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('edit' as const), user, pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('react' as const), user, pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), user, pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('purge' as const), user, pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('read' as const), user, pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('deleteForMe' as const), user, pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('start' as const), user, pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('collect' as const), user, pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('backup' as const), user, pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restore' as const), user, pick }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('push' as const), user, pick }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('sync' as const), user, pick }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('newest' as const), user, pick }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('older' as const), user, pick }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('changes' as const), user, pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('bootstrap' as const), user, pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('listPage' as const), user, pick }) },
  { weight: 7, arbitrary: fc.record({ do: fc.constant('deliver' as const), user, pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('duplicate' as const), user, pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('drop' as const), user, pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('persist' as const), user, pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('crash' as const), user, pick }) },
);

test('[C1][C2][C3][S5][S7][S8] any schedule of drops, repeats, delays, crashes, pages and restores converges', () => {
  const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
  const numRuns = Number(process.env.RUNS ?? 6000);
  console.log(`simulation: seed ${seed}, ${numRuns} schedules (SEED and RUNS set them)`);
  fc.assert(
    fc.property(fc.array(step, { maxLength: 70, size: 'max' }), (steps) => {
      const simulation = new Simulation(USERS);
      for (const { do: what, user, pick } of steps) simulation[what](user, pick);
      simulation.heal();
      for (const client of simulation.clients) checkConvergence(simulation.server, client);
    }),
    { seed, numRuns },
  );
}, 120_000);

test('the oracle sees a difference', () => {
  const simulation = new Simulation(USERS);
  const [client] = simulation.clients as [SimulatedClient];
  simulation.send('bob', 0);
  simulation.heal();
  checkConvergence(simulation.server, client);
  simulation.send('bob', 0);
  expect(() => checkConvergence(simulation.server, client)).toThrow();
  expect(simulation.server).toBeInstanceOf(ModelServer);
});
