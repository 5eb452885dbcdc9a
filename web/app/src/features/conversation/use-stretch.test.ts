import type { MessageView } from '@parley/client';
import { expect, test } from 'vitest';
import { startOf } from './use-stretch.ts';

const messages = (...seqs: number[]) => seqs.map((seq) => ({ seq }) as MessageView);
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

test('a list begins at the message that it was let go down to, wherever older ones are put in front', () => {
  expect(startOf(messages(...range(1, 1000)), 600)).toBe(599);
  expect(startOf(messages(...range(501, 1000)), 600)).toBe(99);
});

test('a message that is gone is stood for by the next one', () => {
  expect(startOf(messages(...range(1, 99), ...range(110, 1000)), 105)).toBe(99);
});

test('before the first message, everything is laid out', () => {
  expect(startOf(messages(...range(1, 1000)), -200)).toBe(0);
});

test('it is never so few that the page is not filled', () => {
  expect(startOf(messages(...range(1, 1000)), 990)).toBe(700);
  expect(startOf(messages(...range(1, 100)), 990)).toBe(0);
  expect(startOf([], 990)).toBe(0);
});

test('messages that wait come last', () => {
  expect(startOf(messages(...range(1, 400), ...Array<number>(350).fill(0)), 420)).toBe(400);
});
