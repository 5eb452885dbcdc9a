import type { MessageView, SendState } from '@parley/client';
import { clockTime } from '../../format/time.ts';

const stateWords: Record<SendState, string> = {
  sending: 'Sending…',
  queued: 'Waiting for network',
  sent: 'Sent',
  delivered: 'Delivered',
  seen: 'Seen',
  failed: 'Not sent',
};

/** How far an own message came, in words. */
export function stateWord(state: SendState): string {
  return stateWords[state];
}

/** Whether the server has it: only then is there something to reply or react to, or to change. */
export function isOnServer({ seq }: MessageView): boolean {
  return seq > 0;
}

/** What a screen reader says of a message: who, what, when, how far it came. */
export function messageLabel(
  message: MessageView,
  sender: string,
  showsState: boolean,
  locale?: string,
): string {
  const parts = [
    message.isMine ? 'You' : sender,
    message.deleted ? 'Message deleted' : message.text,
    clockTime(message.at, locale),
  ];
  if (message.editedAt && !message.deleted) parts.push('edited');
  const reactions = Object.entries(message.reactions ?? {});
  if (reactions.length > 0) {
    parts.push(`reactions: ${reactions.map(([emoji, users]) => `${emoji} ${users.length}`).join(', ')}`);
  }
  if (message.error && message.state !== 'failed') parts.push('change not saved');
  if (showsState && message.state) parts.push(stateWord(message.state));
  return parts.join(', ');
}
