import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Conversation } from './conversation/conversation.ts';
import { generate } from './conversation/generated.ts';
import { pickRecorded, readRecorded } from './conversation/recorded.ts';
import { type Kind, measure } from './measure.ts';
import type { Lines } from './observer/observed.ts';
import { drawPlot } from './report/plot.ts';
import type { Result, Setting } from './report/result.ts';
import { isStalled, replaceBetweenMarkers, writeTable } from './report/table.ts';
import { Stage } from './stage.ts';
import { ways } from './ways.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const usage = `Measures the ways to keep a client up to date, side by side.

  web/updates/run [flags] [messages.jsonl.gz]

The file holds JSON lines of {"time", "from", "to", "text"}; without it, a conversation is made up. Results are
written to build/updates: results.jsonl, table.md, updates.svg.

  --runs N       runs of each way (3)
  --minutes N    of the conversation (30)
  --speed N      how much faster than it was written it is replayed (20)
  --seed N       of what is made up (1)
  --resume FILE  go on with the set of runs in that file, which was cut short
  --docs         also renew docs/updates.md, docs/updates.jsonl and docs/images/updates.svg
  --report FILE  measure nothing: table and plot from the results in that file
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '3' },
    minutes: { type: 'string', default: '30' },
    speed: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    docs: { type: 'boolean', default: false },
    resume: { type: 'string' },
    report: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

// What was started ends, and what was written for it goes.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

if (values.help) {
  process.stdout.write(usage);
} else {
  const [setting, ...results] = (
    values.report === undefined ? await measureAll() : readLines(values.report)
  ) as [Setting, ...Result[]];
  report(setting, results);
}

async function measureAll(): Promise<(Setting | Result)[]> {
  const [runs, speed] = [toNumber(values.runs), toNumber(values.speed)];
  const conversation = readConversation();
  const [setting, ...results] = (
    values.resume === undefined ? [describe(conversation, speed)] : readLines(values.resume)
  ) as [Setting, ...Result[]];
  say(`${setting.messages} messages in ${setting.active} of ${setting.listed} threads; ${setting.machine}`);
  const stage = await Stage.prepare(conversation);
  try {
    const kinds: Kind[] = ['idle', 'unwatched', ...ways];
    for (let run = 1; run <= runs; run++) {
      for (const kind of kinds) {
        if (results.some((result) => result.way === kind && result.run === run)) continue;
        const { result, lines } = await measure(kind, run, conversation, stage, speed);
        results.push(result);
        if (!isStalled(result))
          setting.lines[kind] = { ...setting.lines[kind], ...moreRan(setting.lines[kind], lines) };
        say(JSON.stringify(result));
        // A set takes long; what was measured stays, whatever becomes of the rest.
        writeResults(join(root, 'build', 'updates'), [setting, ...results]);
      }
    }
  } finally {
    await stage.close();
  }
  return [setting, ...results];
}

function readConversation(): Conversation {
  const [minutes, seed] = [toNumber(values.minutes), toNumber(values.seed)];
  const [file] = positionals;
  return file === undefined
    ? generate(minutes, seed)
    : pickRecorded(readRecorded(file), `recorded: ${basename(file)}`, minutes, seed);
}

function describe({ source, lines, active, threads, minutes }: Conversation, speed: number): Setting {
  const [cpu] = cpus();
  return {
    way: 'setting',
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpu?.model ?? 'unknown CPU'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, Node ${process.versions.node}, load ${loadavg()[0]?.toFixed(1)}`,
    source,
    messages: lines.length,
    own: lines.filter(({ isOwn }) => isOwn).length,
    characters: lines.reduce((sum, { text }) => sum + text.length, 0),
    active,
    listed: threads.length,
    minutes,
    speed,
    lines: {},
  };
}

/** Of several runs, in each file the one in which most of it ran. */
function moreRan(known: Lines | undefined, lines: Lines): Lines {
  return Object.fromEntries(
    Object.entries(lines).map(([file, { code, ran }]) => [
      file,
      { code, ran: Math.max(ran, known?.[file]?.ran ?? 0) },
    ]),
  );
}

function report(setting: Setting, results: readonly Result[]): void {
  const folder = join(root, 'build', 'updates');
  const table = writeTable(setting, results);
  const plot = drawPlot(setting, results);
  writeResults(folder, [setting, ...results]);
  writeFileSync(join(folder, 'table.md'), table);
  writeFileSync(join(folder, 'updates.svg'), plot);
  process.stdout.write(table);
  if (!values.docs) return;
  const page = join(root, 'docs', 'updates.md');
  writeFileSync(page, replaceBetweenMarkers(readFileSync(page, 'utf8'), table));
  writeResults(join(root, 'docs'), [setting, ...results], 'updates.jsonl');
  writeFileSync(join(root, 'docs', 'images', 'updates.svg'), plot);
}

function writeResults(folder: string, lines: readonly (Setting | Result)[], name = 'results.jsonl'): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

function readLines(path: string): unknown[] {
  return readFileSync(resolve(path), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

function toNumber(text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new Error(`"${text}" is no number above 0.`);
  return number;
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
