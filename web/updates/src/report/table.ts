import type { Lines } from '../observer/observed.ts';
import { names, type Way, ways } from '../ways.ts';
import type { Result, Setting } from './result.ts';
import { type Spread, spread } from './statistics.ts';

/**
 * Senders talk to the server without the relay, so their acknowledgements do not depend on the way. Where they took
 * longer than this, the machine stood still, and it is the machine that was measured.
 */
const STALLED_MS = 1_000;
const BEGIN = '<!-- figures: written by web/updates/run -->';
const END = '<!-- /figures -->';

/** The files that bring a client up to date; the rest of the SDK stores, draws, sends, and serves tabs. */
const UPDATING =
  /^(updates\/src\/observer\/(poller|naive)|client\/src\/(http|backoff|connection\/|replica\/|engine\/account))/;
/** What stands around the client to measure it. */
const HARNESS = /^updates\/src\/(?!observer\/(poller|naive))/;

export function isStalled({ ackMs }: Result): boolean {
  return (ackMs?.p99 ?? 0) > STALLED_MS;
}

/** What the runs of one way came to. */
export interface Summary {
  way: Way;
  bytes: Spread;
  up: Spread;
  down: Spread;
  requests: Spread;
  frames: Spread;
  /** Of the server, beyond what it takes when nothing happens, and beyond what it takes when nobody listens. */
  serverCpuMs: Spread;
  watchingCpuMs: Spread;
  clientCpuMs: Spread;
  shown: { p50: Spread; p95: Spread; p99: Spread };
  openShown: { p50: Spread; p95: Spread; p99: Spread };
  /** Lines that ran: of the files that update, and of the client as a whole. */
  updating: number;
  whole: number;
}

export function summarize(setting: Setting, results: readonly Result[]): Summary[] {
  return ways.map((way) => {
    const runs = results.filter((result) => result.way === way && !isStalled(result));
    const of = (get: (result: Result) => number | undefined) =>
      spread(runs.map((run) => get(run) ?? Number.NaN));
    const delays = (name: 'shownMs' | 'openShownMs') => ({
      p50: of((run) => run[name]?.p50),
      p95: of((run) => run[name]?.p95),
      p99: of((run) => run[name]?.p99),
    });
    const lines = setting.lines[way] ?? {};
    return {
      way,
      bytes: of((run) => (run.bytesUp ?? 0) + (run.bytesDown ?? 0)),
      up: of((run) => run.bytesUp),
      down: of((run) => run.bytesDown),
      requests: of((run) => run.requests),
      frames: of((run) => (run.framesIn ?? 0) + (run.framesOut ?? 0)),
      serverCpuMs: of((run) => run.serverCpuMs - baseline(results, 'idle')),
      watchingCpuMs: of((run) => run.serverCpuMs - baseline(results, 'unwatched')),
      clientCpuMs: of((run) => run.clientCpuMs),
      shown: delays('shownMs'),
      openShown: delays('openShownMs'),
      updating: countRan(lines, (file) => UPDATING.test(file)),
      whole: countRan(lines, (file) => !HARNESS.test(file)),
    };
  });
}

function baseline(results: readonly Result[], way: 'idle' | 'unwatched'): number {
  return spread(
    results
      .filter((result) => result.way === way && !isStalled(result))
      .map(({ serverCpuMs }) => serverCpuMs),
  ).median;
}

function countRan(lines: Lines, isCounted: (file: string) => boolean): number {
  return Object.entries(lines).reduce((sum, [file, { ran }]) => sum + (isCounted(file) ? ran : 0), 0);
}

/** Everything that is measured, in Markdown. */
export function writeTable(setting: Setting, results: readonly Result[]): string {
  const summaries = summarize(setting, results);
  return `${[writeSetting(setting, results), writeFigures(summaries), writeLines(setting)].join('\n\n')}\n`;
}

function writeSetting(setting: Setting, results: readonly Result[]): string {
  const counted = results.filter((result) => !isStalled(result));
  const runs = ways.map((way) => counted.filter((result) => result.way === way).length);
  const [fewest, most] = [Math.min(...runs), Math.max(...runs)];
  const loads = counted.flatMap(({ load }) => load);
  const stalled = results.length - counted.length;
  const unwatched = spread(
    counted
      .filter(({ way }) => way === 'unwatched')
      .map(({ serverCpuMs }) => serverCpuMs - baseline(results, 'idle')),
  );
  const { messages, own, active, listed, minutes, speed, source, machine, date, characters } = setting;
  return `${messages} messages (${own} of them the person's own, from another device; ${Math.round(characters / messages)} characters each on
average) in ${active} of ${listed} threads, ${minutes} minutes at ${speed}× speed; ${source}. ${date}, ${machine} at the start, load average
${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)} during the runs. ${
    most === 1
      ? 'One run of each way.'
      : `Medians of ${fewest === most ? most : `${fewest} to ${most}`} runs of each way, the smallest and the largest in brackets.`
  }${
    stalled > 0
      ? `
Left out: ${stalled} in which the machine stood still (an acknowledgement took more than a second at p99).`
      : ''
  }
The same conversation with nobody who listens takes ${show(unwatched)} ms of the server's CPU.`;
}

function writeFigures(summaries: readonly Summary[]): string {
  const row = (name: string, cell: (summary: Summary) => string) =>
    `| ${name} | ${summaries.map(cell).join(' | ')} |`;
  return [
    `| | ${summaries.map(({ way }) => names[way]).join(' | ')} |`,
    `|---|${summaries.map(() => '--:').join('|')}|`,
    row('kB from the server', ({ down }) => show(down, 1000)),
    row('kB to the server', ({ up }) => show(up, 1000)),
    row('requests', ({ requests }) => show(requests)),
    row('frames of the socket', ({ frames }) => show(frames)),
    row('CPU of the server over idle, ms', ({ serverCpuMs }) => show(serverCpuMs)),
    row('of it for this client, ms', ({ watchingCpuMs }) => show(watchingCpuMs)),
    row('CPU of the client, ms', ({ clientCpuMs }) => show(clientCpuMs)),
    row('sent until shown, ms: p50', ({ shown }) => show(shown.p50)),
    row('p95', ({ shown }) => show(shown.p95)),
    row('p99', ({ shown }) => show(shown.p99)),
    row('in the open thread alone: p50', ({ openShown }) => show(openShown.p50)),
    row('p99', ({ openShown }) => show(openShown.p99)),
    row('lines of client code that ran, to update', ({ updating }) => String(updating)),
    row('and in the whole client', ({ whole }) => String(whole)),
  ].join('\n');
}

/** The files behind the counts, so that anyone can check them. */
function writeLines(setting: Setting): string {
  const files = new Map<string, number>();
  for (const lines of Object.values(setting.lines)) {
    for (const [file, { code }] of Object.entries(lines)) if (UPDATING.test(file)) files.set(file, code);
  }
  return [
    `| lines that ran, of lines of code in \`web/…\` | ${ways.map((way) => names[way]).join(' | ')} |`,
    `|---|${ways.map(() => '--:').join('|')}|`,
    ...[...files]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([file, code]) => {
        const cells = ways.map((way) => setting.lines[way]?.[file]?.ran ?? '');
        return `| \`${file}\`, ${code} | ${cells.join(' | ')} |`;
      }),
  ].join('\n');
}

function show({ median, min, max }: Spread, unit = 1): string {
  const one = (value: number) => {
    const inUnit = value / unit;
    return inUnit < 10 && unit > 1 ? inUnit.toFixed(1) : Math.round(inUnit).toLocaleString('en');
  };
  const [low, high] = [one(min), one(max)];
  return low === high ? one(median) : `${one(median)} (${low}–${high})`;
}

/** The page with its figures renewed. */
export function replaceBetweenMarkers(page: string, figures: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`The page has no ${BEGIN} … ${END}.`);
  return `${page.slice(0, begin + BEGIN.length)}\n${figures}${page.slice(end)}`;
}
