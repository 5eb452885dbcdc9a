import type { Head } from '../protocol.ts';
import { findSeq, type ThreadWindow } from '../replica/threadWindow.ts';
import type { OutboxEntry } from './entry.ts';

/**
 * Whether the replica shows what the act did, so that the act need not be laid over it any more. A message that was
 * acknowledged stays a pending bubble until its change is applied (C4); where no window of the thread is held, the
 * head is what tells.
 */
export function isSettled(
  entry: OutboxEntry,
  head: Head | undefined,
  window: ThreadWindow | undefined,
): boolean {
  const { act } = entry;
  switch (act.kind) {
    case 'send': {
      if (head?.last && head.last.cid === entry.id) return !window || window.revision >= head.revision;
      if (entry.seq === undefined) return false;
      // The thread left the list, the message with it: no change of it will come any more.
      if (!head) return true;
      if (head.lastSeq < entry.seq) return false;
      if (!window || window.loadedFrom > entry.seq) return true;
      return findSeq(window.items, entry.seq) !== undefined || window.revision >= head.revision;
    }
    case 'read':
      return head !== undefined && head.readSeq >= act.seq;
    case 'deleteThread':
      return head === undefined || head.lastSeq > act.lastSeq;
    case 'edit':
    case 'delete':
    case 'react':
      // What is deleted cannot be changed any more, and what was wrong with the change concerns nobody.
      return findSeq(window?.items ?? [], act.seq)?.deleted === true;
    case 'update':
      return false;
  }
}
