import assert from 'node:assert/strict';
import { test } from 'vitest';
import { withoutMessages } from '../signalFilter.ts';
import { ways } from '../ways.ts';
import { drawPlot } from './plot.ts';
import type { Result, Setting } from './result.ts';
import { percentiles, spread } from './statistics.ts';
import { replaceBetweenMarkers, summarize, writeTable } from './table.ts';

const delays = { p50: 20, p95: 100, p99: 120, max: 130 };
const setting: Setting = {
  way: 'setting',
  date: '2026-01-01',
  machine: 'a machine',
  source: 'a test',
  messages: 100,
  own: 50,
  characters: 6000,
  active: 6,
  listed: 40,
  minutes: 30,
  speed: 20,
  lines: {
    poll: {
      'updates/src/observer/poller.ts': { code: 39, ran: 28 },
      'updates/src/observer/display.ts': { code: 30, ran: 22 },
    },
    signal: {
      'client/src/replica/replica.ts': { code: 255, ran: 105 },
      'client/src/views/same.ts': { code: 21, ran: 10 },
      'updates/src/observer/sdk.ts': { code: 63, ran: 46 },
    },
  },
};

function resultsOf(run: number): Result[] {
  const server = { run, startedAt: '', seconds: 93, messages: 100, load: [1, 2] as [number, number] };
  return [
    { ...server, way: 'idle', serverCpuMs: 1000 + 10 * run },
    { ...server, way: 'unwatched', serverCpuMs: 1200 + 10 * run },
    ...ways.map((way, index) => ({
      ...server,
      way,
      serverCpuMs: 1200 + 10 * run + (index + 1) * run,
      bytesUp: 1000 * run,
      bytesDown: 9000 * run,
      requests: 10,
      framesIn: 5,
      framesOut: 2,
      clientCpuMs: 100,
      shownMs: delays,
      openShownMs: delays,
    })),
  ];
}

const results = [1, 2, 3].flatMap(resultsOf);

test('percentiles are values that occurred', () => {
  assert.deepEqual(percentiles(Array.from({ length: 100 }, (_, index) => 100 - index)), {
    p50: 50,
    p95: 95,
    p99: 99,
    max: 100,
  });
  assert.equal(percentiles([7]).p99, 7);
});

test('a spread is the middle of the runs, the smallest and the largest', () => {
  assert.deepEqual(spread([3, 1, 2]), { median: 2, min: 1, max: 3 });
  assert.deepEqual(spread([4, 1, 2, 3]), { median: 2.5, min: 1, max: 4 });
});

test('the CPU for a client is what a run takes beyond the median with nobody who listens', () => {
  const [poll, signal] = summarize(setting, results);
  assert.deepEqual(poll?.watchingCpuMs, { median: 2, min: -9, max: 13 });
  assert.deepEqual(poll?.serverCpuMs, { median: 202, min: 191, max: 213 });
  assert.deepEqual(signal?.watchingCpuMs, { median: 4, min: -8, max: 16 });
});

test('lines are counted for the client, and not for what measures it', () => {
  const [poll, signal] = summarize(setting, results);
  assert.deepEqual([poll?.updating, poll?.whole], [28, 28]);
  assert.deepEqual([signal?.updating, signal?.whole], [105, 115]);
});

test('a run in which the machine stood still is left out, and the text says so', () => {
  const [poll] = resultsOf(4).filter(({ way }) => way === 'poll');
  const stalled = { ...(poll as Result), bytesDown: 1, ackMs: { ...delays, p99: 1001 } };
  assert.deepEqual(summarize(setting, [...results, stalled]), summarize(setting, results));
  assert.match(writeTable(setting, [...results, stalled]), /Left out: 1 in which/);
  assert.doesNotMatch(writeTable(setting, results), /Left out/);
});

test('the table takes the place of the last one, and nothing else of the page changes', () => {
  const table = writeTable(setting, results);
  assert.match(table, /\| kB from the server \| 18 \(9\.0–27\) \|/);
  const page = 'Before\n<!-- figures: written by web/updates/run -->\nold\n<!-- /figures -->\nAfter\n';
  const renewed = replaceBetweenMarkers(page, table);
  assert.equal(renewed, page.replace('old\n', table));
  assert.equal(replaceBetweenMarkers(renewed, table), renewed);
  assert.throws(() => replaceBetweenMarkers('no markers', table), /has no/);
});

test('the plot draws each way in each panel', () => {
  const plot = drawPlot(setting, results);
  assert.equal(plot.match(/<rect /g)?.length, 3 * ways.length);
  assert.equal(plot.match(/<circle /g)?.length, ways.length);
  assert.doesNotMatch(plot, /NaN|Infinity|undefined/);
});

test('a signal is the changes frame without its messages; other frames pass as they are', () => {
  const changes = {
    type: 'changes',
    epoch: 'e',
    from: 1,
    to: 2,
    threads: [{ id: 't' }],
    messages: [{ thread: 't' }],
  };
  assert.deepEqual(JSON.parse(withoutMessages(JSON.stringify(changes))), { ...changes, messages: [] });
  const pong = '{"type":"pong", "version":2}';
  assert.equal(withoutMessages(pong), pong);
});
