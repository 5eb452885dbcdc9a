import { type Clock, systemClock } from './clock.ts';

/**
 * A source of UUIDv7: time-ordered, so that the server's index on cids grows at its edge. The 12 bits after the time
 * count within one millisecond, which keeps ids made in a row in order.
 */
export function createIds(clock: Clock): () => string {
  const last = { time: 0, counter: 0 };
  return () => nextId(clock.now(), last);
}

/** The ids of this program. */
export const uuidv7 = createIds(systemClock);

function nextId(now: number, last: { time: number; counter: number }): string {
  if (now > last.time) {
    last.time = now;
    last.counter = 0;
  } else if (++last.counter > 0xfff) {
    last.time++;
    last.counter = 0;
  }
  const random = crypto.getRandomValues(new Uint8Array(8));
  random[0] = ((random[0] as number) & 0x3f) | 0x80;
  const time = last.time.toString(16).padStart(12, '0');
  const rest = Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const count = last.counter.toString(16).padStart(3, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${count}-${rest.slice(0, 4)}-${rest.slice(4)}`;
}
