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
  const empty = useMemo(() => {
    const isEmpty = (id: string) => {
      const thread = store.get(`thread:${id}`);
      return thread !== undefined && !thread.preview && !store.get(`draft:${id}`)?.text;
    };
    return ids.filter(isEmpty);
  }, [store, ids, drawn]);
  const watched = empty.join(' ');

  useEffect(() => {
    if (!watched) return;
    const ends = watched
      .split(' ')
      .flatMap((id) => [store.subscribe(`thread:${id}`, redraw), store.subscribe(`draft:${id}`, redraw)]);
    return () => {
      for (const end of ends) end();
    };
  }, [store, watched]);

  return useMemo(() => {
    const left = new Set(empty);
    if (openId !== null) left.delete(openId);
    return left.size === 0 ? ids : ids.filter((id) => !left.has(id));
  }, [ids, empty, openId]);
}
