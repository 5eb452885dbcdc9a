// Prints "passed failed skipped" of one runner's report. Ends with an error where there is no report or it holds no test.
import { readFileSync } from 'node:fs';

const [kind, file] = process.argv.slice(2);

const readers = {
  /** xunit: https://ctrf.io */
  ctrf: ({ results: { summary: s } }) => [s.passed, s.failed + s.other, s.skipped + s.pending],
  /** bin/torture --report */
  torture: (r) => [r.passed, r.failed, r.skipped],
  vitest: (r) => [r.numPassedTests, r.numFailedTests, r.numPendingTests + r.numTodoTests],
  // What passed only when tried again did not pass.
  playwright: ({ stats: s }) => [s.expected, s.unexpected + s.flaky, s.skipped],
};

const counts = readers[kind](JSON.parse(readFileSync(file, 'utf8')));
if (!counts.every(Number.isInteger)) throw new Error(`${file} does not say how many tests ran.`);
if (counts[0] + counts[1] === 0) throw new Error(`${file} tells of no test that ran.`);
process.stdout.write(`${counts.join(' ')}\n`);
