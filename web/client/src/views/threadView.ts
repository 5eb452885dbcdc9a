import { isSend, isWaiting, type OutboxEntry } from '../outbox/entry.ts';
import type { SendState, ThreadView } from '../parley.ts';
import type { Head, Message } from '../protocol.ts';

export interface ViewContext {
  myId: string;
  isOnline: boolean;
}

/** How far an own message that the server has came. */
export function deliveryOf(message: Message, head: Head): SendState {
  if (message.seq <= head.peerReadSeq) return 'seen';
  return message.seq <= head.peerDeliveredSeq ? 'delivered' : 'sent';
}

export function stateOfWaiting(entry: OutboxEntry, isOnline: boolean): SendState {
  if (entry.error) return 'failed';
  if (entry.seq !== undefined) return 'sent';
  return isOnline ? 'sending' : 'queued';
}

/** A head with the outbox laid over it, or undefined where the overlay hides the thread. */
export function threadView(
  head: Head,
  entries: readonly OutboxEntry[],
  context: ViewContext,
): ThreadView | undefined {
  let { readSeq, unread, muted, pinned, archived, last } = head;
  let nickname = head.nickname ?? null;
  let newest: OutboxEntry | undefined;
  let isHidden = false;
  for (const entry of entries) {
    const { act } = entry;
    if (act.kind === 'send') {
      newest = entry;
      isHidden = false;
    }
    if (entry.error) continue;
    if (act.kind === 'deleteThread' && head.lastSeq <= act.lastSeq) isHidden = true;
    if (act.kind === 'read' && act.seq > readSeq) {
      readSeq = act.seq;
      // The client never counts (C8): between "all" and "none" only the server knows.
      if (readSeq >= head.lastSeq) unread = 0;
    }
    if (act.kind === 'update') {
      ({ muted = muted, pinned = pinned, archived = archived, nickname = nickname } = act.changes);
    }
    if (last && act.kind === 'edit' && act.seq === last.seq) last = { ...last, text: act.text };
    if (last && act.kind === 'delete' && act.seq === last.seq) last = { ...last, text: '', deleted: true };
  }
  if (isHidden) return undefined;
  const { nickname: _, ...rest } = head;
  return {
    ...rest,
    readSeq,
    unread,
    muted,
    pinned,
    archived,
    ...(nickname === null ? {} : { nickname }),
    last,
    name: nickname ?? head.peer.fullName,
    preview: newest && isSend(newest) ? waitingPreview(newest, context) : lastPreview(last, head, context),
  };
}

function waitingPreview(entry: OutboxEntry, context: ViewContext): ThreadView['preview'] {
  const text = isSend(entry) ? entry.act.text : '';
  return {
    text,
    isMine: true,
    isDeleted: false,
    at: entry.at,
    state: stateOfWaiting(entry, context.isOnline),
  };
}

function lastPreview(last: Message | null, head: Head, context: ViewContext): ThreadView['preview'] {
  if (!last) return null;
  const isMine = last.from === context.myId;
  return {
    text: last.text,
    isMine,
    isDeleted: last.deleted === true,
    at: last.at,
    ...(isMine && !last.deleted ? { state: deliveryOf(last, head) } : {}),
  };
}

/** The id of the newest own message that waits, by which its thread comes first; ids sort by time. */
export function waitingRank(entries: readonly OutboxEntry[]): string {
  for (let index = entries.length - 1; index >= 0; index--) {
    const entry = entries[index] as OutboxEntry;
    if (isSend(entry) && (isWaiting(entry) || entry.seq !== undefined)) return entry.id;
  }
  return '';
}
