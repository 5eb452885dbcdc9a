import type { Sockets } from './relay.ts';

/** The ways that are compared, the naive one first. */
export const ways = ['poll', 'signal', 'differences', 'longPoll'] as const;
export type Way = (typeof ways)[number];

export const names: Record<Way, string> = {
  poll: 'Poll everything each second',
  signal: 'A signal, then fetch',
  differences: 'The differences',
  longPoll: 'Long poll',
};

/** What must be done to the client's sockets for it to take that way. */
export const socketsOf: Record<Way, Sockets> = {
  poll: 'pass',
  signal: 'signal',
  differences: 'pass',
  longPoll: 'refuse',
};
