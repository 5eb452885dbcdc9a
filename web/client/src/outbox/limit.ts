import type { Problem } from '../protocol.ts';

/** So many acts may wait on a device. */
export const OUTBOX_LIMIT = 1000;

/**
 * The engine takes more than tabs give it: a tab counts without asking, and what it has let go must not be lost
 * because another tab was faster.
 */
export const ENGINE_OUTBOX_LIMIT = 2 * OUTBOX_LIMIT;

/** Characters (Unicode code points) of a message, as the server has it: so the outbox has a size, too. */
export const TEXT_LIMIT = 10_000;

export function tooMany(): Problem {
  return {
    title: `${OUTBOX_LIMIT} messages are waiting to be sent already`,
    status: 0,
    code: 'unavailable',
    detail: `No more than ${OUTBOX_LIMIT} can wait on this device. They go out as soon as the server can be reached.`,
  };
}

export function isTooLong(text: string): boolean {
  // A code point takes one or two units, so most texts need no counting.
  if (text.length <= TEXT_LIMIT) return false;
  if (text.length > 2 * TEXT_LIMIT) return true;
  let length = 0;
  for (const _ of text) length++;
  return length > TEXT_LIMIT;
}

export function tooLong(): Problem {
  const title = `A message has at most ${TEXT_LIMIT.toLocaleString('en')} characters`;
  return { title, status: 0, code: 'too_large', detail: `${title}. Shorten it, or send it in parts.` };
}
