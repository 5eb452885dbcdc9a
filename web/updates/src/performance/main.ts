import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { listsOf, type Plot, plots } from './commands.ts';
import type { Line } from './line.ts';
import { drawPlots } from './plots.ts';
import { runIn, sweep } from './sweep.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const usage = `Measures for the plots of docs/performance.md, and draws them.

  bin/bench sweep [plot]…   adds lines to docs/performance.jsonl: ${plots.join(', ')}; all without a name
  bin/bench plot            draws docs/images/performance.svg from the lines

What has a line is not measured again, so a sweep that was cut short goes on where it was.

  --again        forget the lines of these plots first
  --seconds N    how long a run takes (6)
  --runs N       how often it is measured (3)
  --file FILE    another file of lines
  --image FILE   another picture
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    again: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '6' },
    runs: { type: 'string', default: '3' },
    file: { type: 'string', default: join(root, 'docs', 'performance.jsonl') },
    image: { type: 'string', default: join(root, 'docs', 'images', 'performance.svg') },
    help: { type: 'boolean', default: false },
  },
});
const [act, ...names] = positionals;
const unknown = names.find((name) => !plots.includes(name as Plot));

if (values.help || unknown !== undefined) {
  process.stdout.write(unknown === undefined ? usage : `There is no plot '${unknown}'.\n\n${usage}`);
  process.exitCode = unknown === undefined ? 0 : 2;
} else if (act === 'plot') {
  writeFileSync(values.image, drawPlots(readLines()));
} else {
  const lists = listsOf(names.length === 0 ? plots : (names as Plot[]));
  const forgotten = values.again ? lists.flat() : [];
  const lines = readLines().filter(({ command }) => !forgotten.includes(command));
  const measure = runIn(root, values, say);
  const failed = sweep(lists, [...lines], measure, keep, say);
  say(
    `${lines.length} lines in ${values.file}${failed > 0 ? `; ${failed} commands failed, and are tried again by the next sweep` : ''}`,
  );
  process.exitCode = failed > 0 ? 1 : 0;

  function keep(line: Line) {
    lines.push(line);
    writeFileSync(values.file, lines.map((each) => `${JSON.stringify(each)}\n`).join(''));
  }
}

function readLines(): Line[] {
  return existsSync(values.file)
    ? readFileSync(values.file, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line))
    : [];
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
