import { readFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { SourceMap } from 'node:module';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Lines } from './observed.ts';

const web = fileURLToPath(new URL('../..', import.meta.url));

interface Range {
  startOffset: number;
  endOffset: number;
  count: number;
}

/** From now on, notes which code runs; what it returns tells in how many lines of which source files that was. */
export async function startCoverage(): Promise<() => Promise<Lines>> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  return async () => {
    const { result } = await session.post('Profiler.takePreciseCoverage');
    session.disconnect();
    const ran = new Map<string, Set<number>>();
    for (const { url, functions } of result) {
      if (!url.startsWith('file:') || url.includes('/node_modules/')) continue;
      const ranges = functions.flatMap((entry) => entry.ranges);
      addLines(fileURLToPath(url), ranges, ran);
    }
    const lines: Lines = {};
    for (const [file, numbers] of ran) {
      lines[relative(web, file)] = {
        code: countCode(file, () => true),
        ran: countCode(file, (n) => numbers.has(n)),
      };
    }
    return lines;
  };
}

/** Follows each word of a built file that ran back to the line of the source that it comes from. */
function addLines(script: string, ranges: readonly Range[], ran: Map<string, Set<number>>): void {
  const text = readFileSync(script, 'utf8');
  const map = new SourceMap(JSON.parse(readFileSync(`${script}.map`, 'utf8')));
  const hasRun = new Uint8Array(text.length);
  // The inner ranges, which are told within and thus after the outer ones, have the last word.
  for (const { startOffset, endOffset, count } of [...ranges].sort(
    (a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset,
  )) {
    hasRun.fill(count > 0 ? 1 : 0, startOffset, endOffset);
  }
  let offset = 0;
  text.split('\n').forEach((line, number) => {
    for (const { index } of line.matchAll(/[\w$]+/g)) {
      if (!hasRun[offset + index]) continue;
      const entry = map.findEntry(number, index);
      if (!('originalSource' in entry) || entry.generatedLine !== number) continue;
      const file = resolve(dirname(script), entry.originalSource);
      if (file.includes('/node_modules/')) continue;
      const lines = ran.get(file) ?? new Set();
      lines.add(entry.originalLine + 1);
      ran.set(file, lines);
    }
    offset += line.length + 1;
  });
}

/** Lines, numbered from 1, that hold more than a comment. */
function countCode(file: string, isCounted: (number: number) => boolean): number {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line, index) => !/^\s*($|\/\/|\/\*|\*)/.test(line) && isCounted(index + 1)).length;
}
