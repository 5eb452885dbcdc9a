import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyPatch, makePatch } from './patch.ts';

const list = fc.array(
  fc.nat(9).map((n) => `id${n}`),
  { maxLength: 12 },
);
const value = fc.record({ ids: list, archivedIds: list, isComplete: fc.boolean() });

test('a patch makes the new value of the old one, whatever crossed between', () => {
  fc.assert(
    fc.property(value, value, (before, now) => {
      const patch = structuredClone(makePatch('threads', now, before));
      expect(applyPatch(patch, before)).toEqual(now);
      expect(applyPatch(structuredClone(makePatch('threads', now, undefined)), before)).toEqual(now);
    }),
  );
});

test('one id that moves to the front of ten thousand crosses alone', () => {
  const ids = Array.from({ length: 10_000 }, (_, index) => `t${index}`);
  const moved = ['t7', ...ids.filter((id) => id !== 't7')];
  const patch = makePatch('threads', { ids: moved }, { ids });
  expect(JSON.stringify(patch).length).toBeLessThan(200);
});

test('items that did not change stay the same objects, also when everything is told again', () => {
  const items = [
    { seq: 1, text: 'a' },
    { seq: 2, text: 'b' },
  ];
  const before = { items, hasOlder: false };
  const now = { items: [...items, { seq: 3, text: 'c' }], hasOlder: false };
  const spliced = applyPatch(structuredClone(makePatch('messages:t', now, before)), before) as typeof now;
  expect(spliced.items[0]).toBe(items[0]);
  const told = applyPatch(structuredClone(makePatch('messages:t', now, undefined)), spliced);
  expect(told).toBe(spliced);
});
