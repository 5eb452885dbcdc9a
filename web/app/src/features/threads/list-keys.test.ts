import { describe, expect, it } from 'vitest';
import { rowAfterKey } from './list-keys.ts';
import { neighbour } from './neighbour.ts';

describe('keys in the list', () => {
  it.each([
    ['ArrowDown', 3, 4],
    ['ArrowUp', 3, 2],
    ['PageDown', 3, 8],
    ['PageUp', 3, 0],
    ['Home', 3, 0],
    ['End', 3, 9],
    ['ArrowDown', 9, 9],
    ['ArrowUp', 0, 0],
  ])('%s from row %i leads to %i', (key, at, to) => {
    expect(rowAfterKey(key, at, 10, 5)).toBe(to);
  });

  it('leaves other keys alone, and an empty list', () => {
    expect(rowAfterKey('a', 3, 10, 5)).toBeNull();
    expect(rowAfterKey('toString', 3, 10, 5)).toBeNull();
    expect(rowAfterKey('ArrowDown', 0, 0, 5)).toBeNull();
  });
});

describe('the neighbour of the open thread', () => {
  const ids = ['a', 'b', 'c'];

  it('is the one above or below, and none beyond an end', () => {
    expect(neighbour(ids, 'b', 1)).toBe('c');
    expect(neighbour(ids, 'b', -1)).toBe('a');
    expect(neighbour(ids, 'c', 1)).toBeUndefined();
    expect(neighbour(ids, 'a', -1)).toBeUndefined();
  });

  it('is an end of the list when none is open, or one that is not in it', () => {
    expect(neighbour(ids, undefined, 1)).toBe('a');
    expect(neighbour(ids, undefined, -1)).toBe('c');
    expect(neighbour(ids, 'x', 1)).toBe('a');
  });
});
