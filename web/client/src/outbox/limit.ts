import type { Problem } from '../protocol.ts';

/** So many acts may wait on a device. */
export const OUTBOX_LIMIT = 1000;

export function tooMany(): Problem {
  return {
    title: `${OUTBOX_LIMIT} messages are waiting to be sent already`,
    status: 0,
    code: 'unavailable',
    detail: `No more than ${OUTBOX_LIMIT} can wait on this device. They go out as soon as the server can be reached.`,
  };
}
