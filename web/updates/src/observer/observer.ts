import { startCoverage } from './coverage.ts';
import { Display } from './display.ts';
import type { Counts, FromObserver, Task, ToObserver } from './observed.ts';

/** The process of the client that is measured: nothing else runs in it. */
const task = JSON.parse(process.argv[2] ?? '') as Task;
const counts: Counts = { requests: 0, framesIn: 0, framesOut: 0 };
const countedFetch: typeof fetch = (input, init) => {
  counts.requests++;
  return fetch(input, init);
};

const takeLines = await startCoverage();
const display = new Display(task.activeThreads[0] ?? '');
const stop =
  task.way === 'poll'
    ? await (await import('./naive.ts')).startNaive(task, display, countedFetch)
    : await (await import('./sdk.ts')).startSdk(task, display, counts, countedFetch);
let cpu = process.cpuUsage();

process.on('message', async ({ type }: ToObserver) => {
  if (type === 'begin') {
    cpu = process.cpuUsage();
    tell({ type: 'ready', counts: { ...counts } });
    return;
  }
  if (type === 'ask') {
    tell({ type: 'shown', messages: Object.keys(display.shown).length });
    return;
  }
  const { user, system } = process.cpuUsage(cpu);
  const ended = { ...counts };
  const lines = await takeLines();
  const { shown, openMessages } = display;
  await stop();
  tell({ type: 'ended', counts: ended, cpuMs: (user + system) / 1000, shown, lines, openMessages });
  process.disconnect();
});
// A run that was given up takes its observer along.
process.on('disconnect', () => process.exit());
tell({ type: 'ready', counts: { ...counts } });

function tell(message: FromObserver): void {
  process.send?.(message);
}
