import type { Clock } from './clock.ts';

/**
 * Full jitter: the wait is drawn evenly from nothing up to a bound that doubles (0.25, 0.5, 1, 2 … 10 s), so that
 * clients which lost their server together do not come back together. A server that only restarts is back within the
 * first few tries; after a long absence the cap still spreads 19,000 clients to about 2,000 a second.
 */
export function backoffMs(clock: Clock, attempt: number, baseMs = 250, capMs = 10_000): number {
  return clock.random() * Math.min(capMs, baseMs * 2 ** Math.min(attempt, 16));
}
