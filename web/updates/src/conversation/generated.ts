import { seededRandom } from '../random.ts';
import { ACTIVE, type Conversation, HISTORY, LISTED, type Line } from './conversation.ts';

/** Messages of each active thread in 30 minutes; as many as the busiest real half hours have. */
const RATES = [84, 64, 58, 48, 43, 42];
/** What people write is short, now and then long: 50 characters at the median, 160 at the 90th percentile. */
const MEDIAN_LENGTH = 50;
const SPREAD = 0.9;
const MAX_LENGTH = 900;
/** Messages come in bursts: most follow within seconds, then there is a pause. */
const BURST = 0.7;
const LETTERS = 'eeeeetttaaaooiinnsshhrrddlucmfwygpbvk';

/** A made-up stretch with the rate, the bursts and the lengths of a real one; the same for the same seed. */
export function generate(minutes: number, seed: number): Conversation {
  const random = seededRandom(seed);
  const text = () => generateText(random);
  const isOwn = () => random() < 0.5;
  const lines: Line[] = RATES.flatMap((rate, thread) =>
    generateTimes(random, Math.round((rate * minutes) / 30), minutes * 60_000).map((atMs) => ({
      thread,
      atMs,
      isOwn: isOwn(),
      text: text(),
    })),
  );
  return {
    source: `generated, seed ${seed}`,
    threads: Array.from({ length: LISTED }, (_, thread) =>
      Array.from({ length: thread < ACTIVE ? HISTORY : 1 }, () => ({ isOwn: isOwn(), text: text() })),
    ),
    active: ACTIVE,
    lines: lines.sort((a, b) => a.atMs - b.atMs),
    minutes,
  };
}

/** Ascending, the first at 0. */
function generateTimes(random: () => number, count: number, withinMs: number): number[] {
  const gaps = Array.from({ length: Math.max(1, count) }, (_, index) => {
    if (index === 0) return 0;
    return -Math.log(1 - random()) * (random() < BURST ? 0.3 : 3);
  });
  const total = gaps.reduce((sum, gap) => sum + gap, 0) || 1;
  let at = 0;
  return gaps.map((gap) => {
    at += gap;
    return Math.floor((at / total) * withinMs * 0.98);
  });
}

function generateText(random: () => number): string {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const length = Math.min(MAX_LENGTH, Math.max(2, Math.round(MEDIAN_LENGTH * Math.exp(SPREAD * normal))));
  let text = '';
  while (text.length < length) {
    const word = 1 + Math.floor(random() * 8);
    for (let index = 0; index < word; index++) text += LETTERS[Math.floor(random() * LETTERS.length)];
    text += ' ';
  }
  return text.slice(0, length).trim();
}
