/** What someone wrote in a thread of the observed person. */
export interface Written {
  /** Whether the observed person wrote it, on another device of theirs. */
  isOwn: boolean;
  text: string;
}

/** A message that is replayed: in which thread, and when, at the speed at which it was written. */
export interface Line extends Written {
  thread: number;
  atMs: number;
}

/**
 * A stretch of the life of one person, the observed one, who has several threads. The first `active` of them have
 * lines, and the first of all is the one that is open; the rest is the list below.
 */
export interface Conversation {
  /** What it is, for whoever reads the figures. */
  source: string;
  /** Of each thread, what was said before. */
  threads: Written[][];
  active: number;
  /** By time. */
  lines: Line[];
  minutes: number;
}

/** Threads that have lines, and threads in the list. */
export const ACTIVE = 6;
export const LISTED = 40;
/** What was said before in an active thread: a page of it is full. */
export const HISTORY = 100;
