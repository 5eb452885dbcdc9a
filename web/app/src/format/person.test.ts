import { describe, expect, it } from 'vitest';
import { initials, personColour } from './person.ts';

describe('initials', () => {
  it.each([
    ['Maya Okafor', 'MO'],
    ['Alexandra von und zu Hohenlohe', 'AH'],
    ['tom', 'T'],
    ['王小明', '王'],
    ['そら 田中', 'そ田'],
    ['🦊 Fox Club', '🦊C'],
    ['👨‍👩‍👧 Family', '👨‍👩‍👧F'],
    ['E\u0301lodie', 'E\u0301'],
    ['  ', '?'],
    ['???', '?'],
    ['J. R. R. Tolkien', 'JT'],
  ])('of %s are %s', (name, letters) => {
    expect(initials(name)).toBe(letters);
  });
});

describe("a person's colour", () => {
  it('is the same every time, and one of eight', () => {
    expect(personColour('A3ndG5sEpZU')).toBe(personColour('A3ndG5sEpZU'));
    const colours = Array.from({ length: 4_000 }, (_, i) => personColour(`user-${i}`));
    expect(new Set(colours)).toEqual(new Set([1, 2, 3, 4, 5, 6, 7, 8]));
  });

  it('is spread evenly', () => {
    const counts = new Map<number, number>();
    for (let i = 0; i < 4_000; i++) {
      const colour = personColour(String(7_000_000_000 + i));
      counts.set(colour, (counts.get(colour) ?? 0) + 1);
    }
    for (const count of counts.values()) expect(count).toBeGreaterThan(300);
  });
});
