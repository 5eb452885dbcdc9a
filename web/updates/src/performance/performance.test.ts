import assert from 'node:assert/strict';
import { test } from 'vitest';
import { listsOf, plots } from './commands.ts';
import type { Line } from './line.ts';
import { drawPlots } from './plots.ts';
import { sweep } from './sweep.ts';

function figuresOf(command: string, p99 = 9): Omit<Line, 'command' | 'date'> {
  const numberOf = (flag: string) => Number(command.match(`--${flag} (\\d+)`)?.[1] ?? 0);
  const [, bench] = command.match(/^\w+ (\w+)/) as unknown as [string, Line['bench']];
  const run = { perSecond: 15_000, p50: 1, p99, server: 60, database: 30, bytes: 30_000 };
  return {
    bench,
    engine: command.includes('postgres') ? 'postgres' : 'sqlite',
    roundTrip: 20,
    nodes: numberOf('nodes') || 1,
    runs: [run, { ...run, perSecond: 16_000 }, run],
    ...(bench === 'idle' ? { sockets: numberOf('sockets') } : { seconds: 6 }),
    ...(bench === 'sends' && {
      inFlight: numberOf('in-flight'),
      messages: numberOf('messages'),
      people: numberOf('people'),
    }),
    ...(bench === 'latency' && { perSecond: numberOf('rate') }),
  };
}

function sweepAll(
  lists: string[][],
  lines: readonly Line[],
  measure: (command: string) => object | undefined,
) {
  const [kept, tried]: [Line[], string[]] = [[], []];
  const failed = sweep(
    lists,
    lines,
    (command) => {
      tried.push(command);
      return measure(command);
    },
    (line) => kept.push(line),
    () => {},
  );
  return { kept, tried, failed };
}

test('each plot is drawn from the lines of a whole sweep, each line where it belongs', () => {
  const { kept, tried, failed } = sweepAll(listsOf(plots), [], figuresOf);
  assert.equal(failed, 0);
  assert.equal(new Set(tried).size, tried.length);
  const plot = drawPlots(kept);
  // Two engines: 5 windows, 8 rates twice, 3 sizes twice, 4 numbers of sockets twice; and two dots say which engine is which.
  assert.equal(plot.match(/<circle /g)?.length, 2 * (5 + 16 + 6 + 8) + 2);
  assert.doesNotMatch(plot, /NaN|Infinity|undefined/);
});

test('charts without lines are left out', () => {
  const plot = drawPlots([{ command: '', date: '2026-01-01', ...figuresOf('bench sends --in-flight 4') }]);
  assert.match(plot, />Throughput</);
  assert.doesNotMatch(plot, />Latency<|NaN|Infinity|undefined/);
});

test('a sweep goes on where it was cut short', () => {
  const lists = listsOf(['window']);
  const { kept } = sweepAll(lists, [], figuresOf);
  assert.deepEqual(sweepAll(lists, kept.slice(0, 7), figuresOf).kept, kept.slice(7));
});

test('a rate that cannot be kept ends its list, and so does a failure, which counts', () => {
  const lists = [
    ['bench latency --rate 1', 'bench latency --rate 2', 'bench latency --rate 3'],
    ['bench latency --rate 4', 'bench latency --rate 5'],
  ];
  const overloaded = sweepAll(lists, [], (command) => figuresOf(command, command.endsWith('2') ? 900 : 9));
  assert.deepEqual(overloaded.tried, [...(lists[0]?.slice(0, 2) ?? []), ...(lists[1] ?? [])]);
  assert.deepEqual(sweepAll(lists, overloaded.kept, figuresOf).tried, []);
  const failing = sweepAll(lists, [], (command) => (command.endsWith('4') ? undefined : figuresOf(command)));
  assert.equal(failing.failed, 1);
  assert.deepEqual(failing.tried, [...(lists[0] ?? []), 'bench latency --rate 4']);
});
