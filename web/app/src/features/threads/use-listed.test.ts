import type { Store } from '@parley/client';
import { expect, test } from 'vitest';
import { findEmpty } from './use-listed.ts';

test('what is empty is found, and the last thread that is not known yet is waited for', () => {
  const values = new Map<string, unknown>([
    ['thread:a', { preview: { text: 'hello' } }],
    ['thread:b', { preview: null }],
    ['thread:c', { preview: null }],
    ['draft:c', { text: 'half a word' }],
  ]);
  const store = { get: (key: string) => values.get(key), subscribe: () => () => {} } as Store;
  const ids = ['a', 'b', 'c', 'd', 'e'];
  expect(findEmpty(ids, store)).toEqual({ empty: ['b'], awaited: 'e' });

  values.set('thread:e', { preview: null });
  expect(findEmpty(ids, store)).toEqual({ empty: ['b', 'e'], awaited: 'd' });

  values.set('thread:d', { preview: { text: 'hello' } });
  expect(findEmpty(ids, store)).toEqual({ empty: ['b', 'e'], awaited: undefined });
});
