import type { Problem } from '../protocol.ts';

/** What a person did on this device. Every act is a whole state, so that doing it again changes nothing. */
export type Act =
  | { kind: 'send'; text: string; replyTo?: number }
  | { kind: 'edit'; seq: number; text: string }
  | { kind: 'delete'; seq: number }
  | { kind: 'react'; seq: number; emoji: string; on: boolean }
  | { kind: 'update'; changes: ThreadUpdate }
  | { kind: 'deleteThread'; lastSeq: number }
  | { kind: 'read'; seq: number };

export interface ThreadUpdate {
  muted?: boolean;
  pinned?: boolean;
  archived?: boolean;
  nickname?: string | null;
}

/** An act that the replica does not show yet. Entries are replaced, never mutated. */
export interface OutboxEntry {
  /** Of a `send` it is the cid, for good (C5). */
  id: string;
  /** Counted by the outbox: what was done first has the lower one, whatever the clock said (C5). */
  order?: number;
  thread: string;
  /** When it was done, on this device's clock; for display only. */
  at: string;
  act: Act;
  /** The server's seq for a `send` that was acknowledged and whose change has not arrived yet (C4). */
  seq?: number;
  /** Refused by the server; waits for the person. */
  error?: Problem;
}

export type SendEntry = OutboxEntry & { act: { kind: 'send' } };

export function isSend(entry: OutboxEntry): entry is SendEntry {
  return entry.act.kind === 'send';
}

/** Still to be sent, on its own accord. */
export function isWaiting(entry: OutboxEntry): boolean {
  return entry.seq === undefined && entry.error === undefined;
}
