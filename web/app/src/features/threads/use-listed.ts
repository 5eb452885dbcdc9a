import { useEffect, useReducer } from 'react';
import { useParleyClient } from '../../store.ts';

/**
 * The threads worth a row: those with something in them, a draft, or open. A thread that was begun and never written
 * in is nobody's news.
 */
export function useListed(ids: readonly string[], openId: string | null): string[] {
  const { store } = useParleyClient();
  const [, redraw] = useReducer((n: number) => n + 1, 0);

  const isEmpty = (id: string) => {
    const thread = store.get(`thread:${id}`);
    return thread !== undefined && !thread.preview && !store.get(`draft:${id}`)?.text;
  };
  const empty = ids.filter(isEmpty);
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

  if (empty.length === 0) return ids as string[];
  const left = new Set(empty);
  if (openId !== null) left.delete(openId);
  return ids.filter((id) => !left.has(id));
}
