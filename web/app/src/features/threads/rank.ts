/** What of a thread is searched. */
export interface Named {
  id: string;
  name: string;
  peer: { fullName: string; username: string };
}

const marks = /\p{M}/gu;
const beyondAscii = /[^\u0020-\u007e]/u;

/** Without case and accents, so that "jose" finds "José". */
export function fold(text: string): string {
  if (!beyondAscii.test(text)) return text.toLowerCase();
  return text.normalize('NFKD').replace(marks, '').toLocaleLowerCase();
}

/** How well one folded name answers the query: 0 begins with it, 1 one of its words does, 2 holds it, 3 not at all. */
function rankOf(name: string, query: string): number {
  const at = name.indexOf(query);
  if (at <= 0) return at === 0 ? 0 : 3;
  return name.split(/[\s\p{P}]+/u).some((word) => word.startsWith(query)) ? 1 : 2;
}

/** Folding all names of 10,000 threads takes longer than a frame; they change rarely, and then are new objects. */
const folded = new WeakMap<Named, string[]>();

function foldedNames(thread: Named): string[] {
  let names = folded.get(thread);
  if (!names) {
    names = [thread.name, thread.peer.fullName, thread.peer.username].map(fold);
    folded.set(thread, names);
  }
  return names;
}

/** Those that answer the query, the best first; equals stay in the order that they came in, which is the list's. */
export function rankThreads<T extends Named>(query: string, threads: readonly T[]): T[] {
  const wanted = fold(query.trim().replace(/^@/u, ''));
  if (!wanted) return [];
  const ranks: T[][] = [[], [], []];
  for (const thread of threads) {
    const rank = Math.min(...foldedNames(thread).map((name) => rankOf(name, wanted)));
    ranks[rank]?.push(thread);
  }
  return ranks.flat();
}
