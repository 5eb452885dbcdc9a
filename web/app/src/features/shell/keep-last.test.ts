import { describe, expect, it } from 'vitest';
import { keepLast } from './keep-last.ts';

describe('the conversations that stay mounted', () => {
  it('are the last ones that were open, the newest at the end', () => {
    const kept = ['a', 'b', 'c', 'd'].reduce<readonly string[]>((all, id) => keepLast(all, id, 3), []);
    expect(kept).toEqual(['b', 'c', 'd']);
    expect(keepLast(kept, 'b', 3)).toEqual(['c', 'd', 'b']);
  });

  it('are the same array if nothing changed, so that nothing is drawn again', () => {
    const kept = ['a', 'b'];
    expect(keepLast(kept, 'b', 3)).toBe(kept);
  });
});
