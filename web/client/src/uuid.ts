import type { Clock } from './clock.ts';

let lastTime = 0;
let counter = 0;

/**
 * A UUIDv7: time-ordered, so that the server's index on cids grows at its edge. The 12 bits after the time count
 * within one millisecond, which keeps ids made in a row in order.
 */
export function uuidv7(clock: Clock): string {
  const now = clock.now();
  if (now > lastTime) {
    lastTime = now;
    counter = 0;
  } else if (++counter > 0xfff) {
    lastTime++;
    counter = 0;
  }
  const random = crypto.getRandomValues(new Uint8Array(8));
  random[0] = ((random[0] as number) & 0x3f) | 0x80;
  const time = lastTime.toString(16).padStart(12, '0');
  const rest = Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const count = counter.toString(16).padStart(3, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${count}-${rest.slice(0, 4)}-${rest.slice(4)}`;
}
