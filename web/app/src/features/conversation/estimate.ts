import type { Row } from './rows.ts';

const LINE_PX = 21;
const BUBBLE_PX = 15;
const FOOT_PX = 19;
const QUOTE_PX = 49;
const REACTIONS_PX = 19;

/** Wide scripts take about twice the room of a Latin letter. */
const wide = /[\u1100-\u11FF\u2E80-\uA4CF\uAC00-\uD7AF\uF900-\uFAFF\uFF00-\uFF60]/g;

/** How high a line will about be in a list of this width, until it is drawn and measured. */
export function estimateRow(row: Row, listWidth: number): number {
  if (row.kind === 'day') return 44;
  if (row.kind === 'unread') return 32;
  if (row.kind === 'typing') return 48;
  const { message, isGroupEnd } = row;
  const room = Math.max(120, Math.min((listWidth - 32) * 0.72, 560) - 24);
  const perLine = room / 7.3;
  let lines = 0;
  for (const line of message.text.split('\n')) {
    const length = line.length + (line.match(wide)?.length ?? 0);
    lines += Math.max(1, Math.ceil(length / perLine));
  }
  let height = BUBBLE_PX + lines * LINE_PX + (isGroupEnd ? FOOT_PX + 12 : 2);
  if (message.replyTo !== undefined && !message.deleted) height += QUOTE_PX;
  if (message.reactions && Object.keys(message.reactions).length > 0) height += REACTIONS_PX;
  return height;
}
