import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { seededRandom } from '../random.ts';
import { ACTIVE, type Conversation, HISTORY, LISTED, type Line, type Written } from './conversation.ts';

/** A line of a file of real messages. */
export interface Recorded {
  time: string;
  from: string;
  to: string;
  text: string;
}

/** What one person wrote to another, by time. */
interface Side {
  name: string;
  messages: { atMs: number; text: string }[];
  /** The stretch with the most messages: from, and up to but without. */
  first: number;
  end: number;
}

/** Reads JSON lines, packed with gzip where the name ends in .gz. */
export function readRecorded(path: string): Recorded[] {
  const bytes = readFileSync(path);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Recorded);
}

/**
 * A busy person's stretch, put together from real ones: collections of messages hold what one phone sent, so the
 * busiest stretches of two writers are laid over each other and make the two sides of one thread. Two each, the
 * busiest first, make the active threads; what the writers said at other times is the threads' history; others who
 * wrote much fill the list.
 */
export function pickRecorded(
  recorded: readonly Recorded[],
  source: string,
  minutes: number,
  seed: number,
): Conversation {
  const sides = readSides(recorded, minutes * 60_000, seededRandom(seed));
  if (sides.length < LISTED + ACTIVE) {
    throw new Error(`${source} holds too little: ${LISTED + ACTIVE} pairs of people with times are needed.`);
  }
  const busiest = sides.slice(0, 2 * ACTIVE);
  const pairs = busiest.flatMap((side, index) =>
    index % 2 === 0 ? [[side, busiest[index + 1] as Side]] : [],
  );
  const lines: Line[] = pairs.flatMap((pair, thread) =>
    pair.flatMap((side, which) => stretchOf(side).map((line) => ({ ...line, thread, isOwn: which === 1 }))),
  );
  const quiet = sides.slice(2 * ACTIVE, ACTIVE + LISTED);
  return {
    source,
    threads: [
      ...pairs.map((pair) => historyOf(pair)),
      ...quiet.map(({ messages }) => [{ isOwn: false, text: messages.at(-1)?.text ?? '' }]),
    ],
    active: ACTIVE,
    lines: lines.sort((a, b) => a.atMs - b.atMs),
    minutes,
  };
}

/** Who wrote to whom, those with the busiest stretch first. */
function readSides(recorded: readonly Recorded[], stretchMs: number, random: () => number): Side[] {
  const sides = new Map<string, Side>();
  for (const { time, from, to, text } of recorded) {
    const atMs = Date.parse(`${time}Z`);
    if (Number.isNaN(atMs) || to === '' || from === to || text === '') continue;
    const name = `${from} ${to}`;
    const side = sides.get(name) ?? { name, messages: [], first: 0, end: 0 };
    // Many clocks told minutes only; within its minute, nobody knows when it was.
    const isMinute = time.endsWith(':00');
    side.messages.push({ atMs: atMs + (isMinute ? Math.floor(random() * 60_000) : 0), text });
    sides.set(name, side);
  }
  for (const side of sides.values()) {
    side.messages.sort((a, b) => a.atMs - b.atMs);
    let first = 0;
    side.messages.forEach(({ atMs }, index) => {
      while (atMs - (side.messages[first]?.atMs ?? 0) >= stretchMs) first++;
      if (index + 1 - first > side.end - side.first) [side.first, side.end] = [first, index + 1];
    });
  }
  return [...sides.values()].sort(
    (a, b) => b.end - b.first - (a.end - a.first) || (a.name < b.name ? -1 : 1),
  );
}

function stretchOf({ messages, first, end }: Side): { atMs: number; text: string }[] {
  const start = messages[first]?.atMs ?? 0;
  return messages.slice(first, end).map(({ atMs, text }) => ({ atMs: atMs - start, text }));
}

function historyOf(pair: readonly Side[]): Written[] {
  return pair
    .flatMap(({ messages, first, end }, which) =>
      messages.toSpliced(first, end - first).map((message) => ({ ...message, isOwn: which === 1 })),
    )
    .sort((a, b) => a.atMs - b.atMs)
    .slice(-HISTORY)
    .map(({ text, isOwn }) => ({ text, isOwn }));
}
