import { ParleyError, type User } from '@parley/client';
import { useEffect, useState } from 'react';
import { useParleyClient } from '../../store.ts';

const DEBOUNCE_MS = 200;

interface People {
  /** The query that these answer. */
  query: string;
  users: User[];
  problem: string | null;
}

const NOBODY: People = { query: '', users: [], problem: null };

/** The people whom the server finds for a query, once typing pauses; the last answer stays until the next is here. */
export function usePeople(query: string): People {
  const parley = useParleyClient();
  const [people, setPeople] = useState(NOBODY);
  const wanted = query.trim().replace(/^@/u, '');

  useEffect(() => {
    if (!wanted) {
      setPeople(NOBODY);
      return;
    }
    let isStale = false;
    const timer = setTimeout(async () => {
      let next: People;
      try {
        next = { query: wanted, users: await parley.searchPeople(wanted), problem: null };
      } catch (error) {
        const isOffline = error instanceof ParleyError && error.problem.code === 'unavailable';
        const problem = isOffline
          ? 'People can be found when there is a network.'
          : 'The search did not work.';
        next = { query: wanted, users: [], problem };
      }
      if (!isStale) setPeople(next);
    }, DEBOUNCE_MS);
    return () => {
      isStale = true;
      clearTimeout(timer);
    };
  }, [parley, wanted]);

  return people;
}
