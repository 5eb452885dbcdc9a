/** What of a thread is searched. */
export interface Named {
  id: string;
  name: string;
  fullName: string;
  username: string;
}

const marks = /\p{M}/gu;

/** Without case and accents, so that "jose" finds "José". */
export function fold(text: string): string {
  return text.normalize('NFKD').replace(marks, '').toLocaleLowerCase();
}

/** How well one name answers the query: 0 begins with it, 1 one of its words does, 2 holds it, 3 not at all. */
function rankOf(name: string, query: string): number {
  const folded = fold(name);
  if (folded.startsWith(query)) return 0;
  if (folded.split(/[\s\p{P}]+/u).some((word) => word.startsWith(query))) return 1;
  return folded.includes(query) ? 2 : 3;
}

/** Those that answer the query, the best first; equals stay in the order that they came in, which is the list's. */
export function rankThreads<T extends Named>(query: string, threads: readonly T[]): T[] {
  const wanted = fold(query.trim().replace(/^@/u, ''));
  if (!wanted) return [];
  return threads
    .map((thread) => ({
      thread,
      rank: Math.min(...[thread.name, thread.fullName, thread.username].map((name) => rankOf(name, wanted))),
    }))
    .filter(({ rank }) => rank < 3)
    .sort((a, b) => a.rank - b.rank)
    .map(({ thread }) => thread);
}
