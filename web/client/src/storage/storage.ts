import type { OutboxEntry } from '../outbox/entry.ts';
import type { OutboxStorage } from '../outbox/outbox.ts';
import type { Draft } from '../parley.ts';
import type { Head, Message } from '../protocol.ts';
import type { ReplicaState } from '../replica/replica.ts';

/** What one user's device keeps. One implementation lies in IndexedDB, one in memory. */
export interface Storage extends OutboxStorage {
  loadState(): Promise<StoredState | null>;
  /** The most recent heads, as much as one read brings: for the first paint. */
  loadRecentHeads(): Promise<Head[]>;
  loadHeads(): Promise<Head[]>;
  loadOutbox(): Promise<OutboxEntry[]>;
  loadDrafts(): Promise<Map<string, Draft>>;
  loadWindow(thread: string): Promise<StoredWindow | null>;
  /** The windows that were used last. */
  loadRecentWindows(limit: number): Promise<Map<string, StoredWindow>>;
  /** The stored messages below a seq, at least one block's worth where there are so many, and where they begin. */
  loadMessages(thread: string, below: number): Promise<StoredMessages>;
  putDraft(thread: string, draft: Draft | null): Promise<void>;
  /** Writes all of it or nothing. False if another engine has written since `expected` (C6). */
  commit(batch: Batch): Promise<boolean>;
  close(): void;
  /** Deletes everything of this user (C7). */
  destroy(): Promise<void>;
}

/** The replica's state, and how many steps were written to this storage: of two that follow the same one, one is refused. */
export interface StoredState extends ReplicaState {
  step: number;
}

export interface StoredWindow {
  low: number;
  revision: number;
  olderPageToken?: string;
  usedAt: number;
}

export interface StoredMessages {
  /** Stored messages at or above this seq (and below the one asked for) are all in `messages`. */
  from: number;
  messages: Message[];
}

/** One step of the replica, as storage takes it. */
export interface Batch {
  /** What storage must hold for this step to follow it; null if nothing. */
  expected: Pick<StoredState, 'epoch' | 'version' | 'step'> | null;
  state: StoredState;
  /** Drop all heads, windows and messages first. */
  isCleared: boolean;
  heads: Head[];
  goneHeads: string[];
  /** Windows whose stored messages are dropped first. */
  droppedWindows: string[];
  windows: Map<string, StoredWindow>;
  messages: Map<string, Message[]>;
}

/** Who is signed in on this device, and that user's storage. */
export interface Device {
  currentUser(): Promise<string | null>;
  setCurrentUser(userId: string | null): Promise<void>;
  /** Whether someone signed out here and the server has not heard of it yet. */
  isSignOutPending(): Promise<boolean>;
  setSignOutPending(isPending: boolean): Promise<void>;
  open(userId: string): Promise<Storage>;
}

/** Whether a step follows on what storage holds (C6). */
export function follows({ expected }: Batch, held: StoredState | null | undefined): boolean {
  return (
    held?.epoch === expected?.epoch && held?.version === expected?.version && held?.step === expected?.step
  );
}

export const BLOCK = 64;

export function blockOf(seq: number): number {
  return Math.floor(seq / BLOCK);
}
