import type { ThreadView, User } from '@parley/client';
import { useMe, useParley, useParleyClient } from '../../store.ts';
import { rankThreads } from './rank.ts';
import { usePeople } from './use-people.ts';

export type Found =
  | { kind: 'thread'; id: string; thread: ThreadView }
  | { kind: 'person'; id: string; person: User };

const MOST_THREADS = 30;

/** What the search box finds: threads that this device holds, at once, then people from the server. */
export function useSearch(query: string): { threads: Found[]; people: Found[]; note: string | null } {
  const { store } = useParleyClient();
  const me = useMe();
  const list = useParley('threads');
  const people = usePeople(query);
  const wanted = query.trim();
  if (!wanted) return { threads: [], people: [], note: null };

  const views = [...(list?.ids ?? []), ...(list?.archivedIds ?? [])]
    .map((id) => store.get(`thread:${id}`))
    .filter((thread) => thread !== undefined);
  const threads = rankThreads(wanted, views).slice(0, MOST_THREADS);
  // Somebody whom one talks with already is found as that conversation.
  const known = new Set(threads.map(({ peer }) => peer.id));
  const others = people.users.filter(({ id }) => id !== me.id && !known.has(id));

  const isAnswered = people.query === wanted.replace(/^@/u, '');
  const isNothing = threads.length === 0 && others.length === 0 && isAnswered;
  return {
    threads: threads.map((thread) => ({ kind: 'thread', id: thread.id, thread })),
    people: others.map((person) => ({ kind: 'person', id: person.id, person })),
    note: isAnswered ? (people.problem ?? (isNothing ? `Nobody found for “${wanted}”.` : null)) : null,
  };
}
