import type { Clock } from './clock.ts';

/**
 * Full jitter: the wait is drawn evenly from nothing up to a bound that doubles, so that clients which lost their
 * server together do not come back together.
 */
export function backoffMs(clock: Clock, attempt: number, baseMs = 500, capMs = 30_000): number {
  return clock.random() * Math.min(capMs, baseMs * 2 ** Math.min(attempt, 16));
}
