import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { isOverloaded, type Line } from './line.ts';

/** Measures with a command; gives what it printed as JSON, or nothing where it failed. */
export type Measure = (command: string) => object | undefined;

/**
 * Measures with each command that has no line yet, and gives its line to `keep` at once: what was measured stays, whatever becomes of the
 * rest. Gives the number of those that failed.
 */
export function sweep(
  lists: readonly string[][],
  lines: readonly Line[],
  measure: Measure,
  keep: (line: Line) => void,
  say: (text: string) => void,
): number {
  const known = new Map(lines.map((line) => [line.command, line]));
  const [all, began] = [new Set(lists.flat()), Date.now()];
  let failed = 0;
  for (const list of lists) {
    for (const command of list) {
      let line = known.get(command);
      if (line === undefined) {
        say(
          `${[...all].indexOf(command) + 1} of ${all.size}, ${Math.round((Date.now() - began) / 60_000)} min: bin/${command}`,
        );
        const figures = measure(command);
        if (figures === undefined) {
          failed++;
          break;
        }
        line = { command, date: new Date().toISOString().slice(0, 10), ...figures } as Line;
        known.set(command, line);
        keep(line);
      }
      if (isOverloaded(line)) break;
    }
  }
  return failed;
}

/** Runs a command of bin/, and shows what it says. */
export function runIn(
  root: string,
  { seconds, runs }: { seconds: string; runs: string },
  say: (text: string) => void,
): Measure {
  return (command) => {
    const [program = '', ...words] = command.split(' ');
    // Sockets on which nothing is said take the time that they need.
    const more = [...(words[0] === 'idle' ? [] : ['--seconds', seconds]), '--runs', runs];
    const { status, stdout } = spawnSync(join(root, 'bin', program), [...words, ...more], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const printed = stdout.trimEnd().split('\n');
    const json = printed.findLast((text) => text.startsWith('{'));
    for (const text of printed) if (text !== json) say(text);
    return status !== 0 || json === undefined ? undefined : JSON.parse(json);
  };
}
