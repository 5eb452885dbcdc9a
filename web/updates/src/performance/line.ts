import { type Spread, spread } from '../report/statistics.ts';

/** What one run of the bench gave, of `idle` the last alone: times in ms, what processors were used for each message in µs, memory of a socket. */
export interface Run {
  perSecond: number;
  p50: number;
  p99: number;
  server: number;
  database: number;
  bytes: number;
}

/** A line of docs/performance.jsonl: what the command printed, and which it was. */
export interface Line {
  /** Without how long and how often it was measured: what is measured again takes the place of what was. */
  command: string;
  date: string;
  bench: 'sends' | 'latency' | 'idle';
  engine: string;
  /** What a byte takes to another thread and back, in µs: how fast the machine was. */
  roundTrip: number;
  nodes?: number;
  http?: boolean;
  inFlight?: number;
  /** How many messages and people were there beforehand. */
  messages?: number;
  people?: number;
  /** The rate of an open loop. */
  perSecond?: number;
  seconds?: number;
  runs?: Run[];
  sockets?: number;
}

/** A figure of a line's runs: the middle, the smallest and the largest. */
export function spreadOf(line: Line, get: (run: Run) => number): Spread {
  return spread((line.runs ?? []).map(get));
}

/** Whether it could not keep up: at a higher rate there is nothing to see. */
export function isOverloaded(line: Line): boolean {
  return line.bench === 'latency' && spreadOf(line, (run) => run.p99).median > 500;
}
