import assert from 'node:assert/strict';
import { test } from 'vitest';
import { ACTIVE, HISTORY, LISTED } from './conversation.ts';
import { generate } from './generated.ts';
import { pickRecorded, type Recorded } from './recorded.ts';

/** Pairs of whom the first wrote most within half an hour, and everyone once a year later. */
function collection(): Recorded[] {
  return Array.from({ length: LISTED + ACTIVE + 2 }, (_, pair) => {
    const [from, to] = [`writer${pair}`, `reader${pair}`];
    const burst = Array.from({ length: 60 - pair }, (_, index) => ({
      time: `2011-01-01T10:00:${String(index).padStart(2, '0')}`,
      from,
      to,
      text: `${pair} says ${index}`,
    }));
    return [...burst, { time: '2012-01-01T10:00:01', from, to, text: `${pair} says later` }];
  }).flat();
}

test('the busiest stretches make the active threads, two sides each', () => {
  const conversation = pickRecorded(collection(), 'a test', 30, 1);
  assert.equal(conversation.threads.length, LISTED);
  const open = conversation.lines.filter(({ thread }) => thread === 0);
  assert.equal(open.filter(({ isOwn }) => !isOwn).length, 60);
  assert.equal(open.filter(({ isOwn }) => isOwn).length, 59);
  assert(open.every(({ text, isOwn }) => text.startsWith(isOwn ? '1 says' : '0 says')));
  assert.equal(Math.max(...conversation.lines.map(({ thread }) => thread)), ACTIVE - 1);
});

test('what is replayed is not also in the history', () => {
  const { threads, lines } = pickRecorded(collection(), 'a test', 30, 1);
  assert.deepEqual(threads[0], [
    { text: '0 says later', isOwn: false },
    { text: '1 says later', isOwn: true },
  ]);
  assert(lines.every(({ text }) => !text.endsWith('later')));
});

test('lines come by time, within the stretch, each side in the order in which it was written', () => {
  const { lines } = pickRecorded(collection(), 'a test', 30, 1);
  lines.forEach(({ atMs }, index) => {
    assert(atMs >= (lines[index - 1]?.atMs ?? 0) && atMs < 30 * 60_000);
  });
  const side = lines.filter(({ thread, isOwn }) => thread === 2 && !isOwn).map(({ text }) => text);
  // The first second is told as a full minute, which may lie anywhere in it.
  const exact = side.filter((text) => !text.endsWith(' 0'));
  assert.deepEqual(
    exact,
    Array.from({ length: 55 }, (_, index) => `4 says ${index + 1}`),
  );
});

test('messages to nobody, to oneself, without time or text are left out', () => {
  const bad = { time: '2011-01-01T10:00:01', from: 'a', to: 'b', text: 'x' };
  const noise = [
    { ...bad, to: '' },
    { ...bad, to: 'a' },
    { ...bad, time: '' },
    { ...bad, text: '' },
  ];
  const many = Array.from({ length: 200 }, () => noise).flat();
  assert.deepEqual(
    pickRecorded([...collection(), ...many], 'a test', 30, 1),
    pickRecorded(collection(), 'a test', 30, 1),
  );
});

test('too little is refused with a sentence', () => {
  assert.throws(() => pickRecorded(collection().slice(0, 100), 'a test', 30, 1), /holds too little/);
});

test('the same seed generates the same conversation, another seed another one', () => {
  assert.deepEqual(generate(30, 7), generate(30, 7));
  assert.notDeepEqual(generate(30, 7), generate(30, 8));
});

test('what is generated is as busy and as long as real traffic', () => {
  const { lines, threads, active } = generate(30, 1);
  assert.equal(lines.length, 339);
  assert.equal(threads.length, LISTED);
  assert.equal(threads[active - 1]?.length, HISTORY);
  assert(lines.every(({ atMs, text }) => atMs >= 0 && atMs < 30 * 60_000 && text.length > 0));
  const lengths = lines.map(({ text }) => text.length).sort((a, b) => a - b);
  const median = lengths[lengths.length >> 1] ?? 0;
  assert(median > 30 && median < 80, `median ${median}`);
});
