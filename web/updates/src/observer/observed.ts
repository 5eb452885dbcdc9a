import type { Way } from '../ways.ts';

/** What an observer is told at its start. */
export interface Task {
  way: Way;
  url: string;
  token: string;
  /** The first one is open; a person has looked into the others before. */
  activeThreads: string[];
  /** How many threads the list has. */
  listed: number;
}

export interface Counts {
  requests: number;
  framesIn: number;
  framesOut: number;
}

/** How many lines of a source file hold code, and how many of them ran. */
export type Lines = Record<string, { code: number; ran: number }>;

/** When each message, as `threadId:seq`, was first shown: in the open thread, or else in the list. */
export type Shown = Record<string, number>;

export type ToObserver = { type: 'begin' } | { type: 'ask' } | { type: 'end' };

export type FromObserver =
  /** It shows what there is. */
  | { type: 'ready'; counts: Counts }
  /** How many messages it has shown since. */
  | { type: 'shown'; messages: number }
  | { type: 'ended'; counts: Counts; cpuMs: number; shown: Shown; lines: Lines; openMessages: string[] };
