import type { Store } from '@parley/client';
import { useEffect, useMemo, useReducer } from 'react';
import { useParleyClient } from '../../store.ts';

/**
 * The threads worth a row: those with something in them, a draft, or open. A thread that was begun and never written
 * in is nobody's news.
 */
export function useListed(ids: readonly string[], openId: string | null): readonly string[] {
  const { store } = useParleyClient();
  const [drawn, redraw] = useReducer((n: number) => n + 1, 0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `drawn` stands for what changed in the store.
  const { empty, awaited } = useMemo(() => findEmpty(ids, store), [store, ids, drawn]);
  const watched = (awaited === undefined ? empty : [...empty, awaited]).join(' ');

  useEffect(() => {
    if (!watched) return;
    const ends = watched
      .split(' ')
      .flatMap((id) => [store.subscribe(`thread:${id}`, redraw), store.subscribe(`draft:${id}`, redraw)]);
    // It may have come since this was drawn.
    if (awaited !== undefined && store.get(`thread:${awaited}`)) redraw();
    return () => {
      for (const end of ends) end();
    };
  }, [store, watched, awaited]);

  return useMemo(() => {
    const left = new Set(empty);
    if (openId !== null) left.delete(openId);
    return left.size === 0 ? ids : ids.filter((id) => !left.has(id));
  }, [ids, empty, openId]);
}

/** The threads with nothing in them, and the last one of which nothing is known yet: a long list is told bit by bit, in its order. */
export function findEmpty(
  ids: readonly string[],
  store: Store,
): { empty: string[]; awaited: string | undefined } {
  const isEmpty = (id: string) => {
    const thread = store.get(`thread:${id}`);
    return thread !== undefined && !thread.preview && !store.get(`draft:${id}`)?.text;
  };
  return {
    empty: ids.filter(isEmpty),
    awaited: ids.findLast((id) => store.get(`thread:${id}`) === undefined),
  };
}
