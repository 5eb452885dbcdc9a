import fc from 'fast-check';
import type { DiskKind } from './disk.ts';

/** What may happen, the usual things more often. */
const weights = {
  // A person at this device.
  send: 6,
  edit: 1,
  delete: 1,
  react: 1,
  read: 2,
  update: 1,
  deleteThread: 1,
  open: 3,
  close: 1,
  older: 2,
  newer: 1,
  around: 1,
  newest: 1,
  // Other people, and the same person elsewhere.
  peerSends: 5,
  peerEdits: 1,
  peerDeletes: 1,
  peerReacts: 1,
  peerReads: 1,
  elsewhereSends: 1,
  elsewhereReads: 1,
  elsewhereDeletes: 1,
  start: 1,
  // The server.
  purge: 1,
  collect: 1,
  backup: 1,
  restore: 1,
  refuse: 1,
  forbid: 1,
  accept: 1,
  // The network.
  deliver: 8,
  deliverAll: 3,
  lose: 2,
  duplicate: 2,
  deafen: 1,
  cut: 2,
  silence: 1,
  down: 1,
  up: 3,
  block: 1,
  // Time, disks and programs.
  wait: 5,
  jump: 1,
  hold: 1,
  release: 2,
  fill: 1,
  empty: 1,
  crash: 1,
  takeOver: 1,
  restart: 1,
} as const;

export type Kind = keyof typeof weights;

export interface Step {
  kind: Kind;
  /** Whose device. */
  who: number;
  pick: number;
}

/** Who takes part: one device, two tabs of one engine, two engines on one disk, devices of two people, or all of it. */
export type Cast = 'one' | 'tabs' | 'engines' | 'people' | 'all';

export interface Schedule {
  cast: Cast;
  disk: DiskKind;
  /** Seeds the jitter. */
  luck: number;
  /** Whether two changed threads are too many for a difference. */
  isTight: boolean;
  steps: Step[];
}

const step: fc.Arbitrary<Step> = fc.oneof(
  ...(Object.entries(weights) as [Kind, number][]).map(([kind, weight]) => ({
    weight,
    arbitrary: fc.record({ kind: fc.constant(kind), who: fc.nat(3), pick: fc.nat(9) }),
  })),
);

const cast: fc.Arbitrary<Cast> = fc.oneof(
  { weight: 5, arbitrary: fc.constant('one' as const) },
  { weight: 2, arbitrary: fc.constant('tabs' as const) },
  { weight: 2, arbitrary: fc.constant('engines' as const) },
  { weight: 2, arbitrary: fc.constant('people' as const) },
  { weight: 1, arbitrary: fc.constant('all' as const) },
);

export function schedules(disk: DiskKind): fc.Arbitrary<Schedule> {
  return fc.record({
    cast,
    disk: fc.constant(disk),
    luck: fc.nat(1_000_000),
    isTight: fc.boolean(),
    steps: fc.array(step, { maxLength: 60, size: 'max' }),
  });
}
