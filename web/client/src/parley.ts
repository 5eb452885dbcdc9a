import type { Head, Me, Message, Presence, Problem, Session, Settings, User } from './protocol.ts';

/**
 * The SDK as an application sees it: a keyed store to read, and acts to perform. What is in the store is the replica
 * (what the server told) with the outbox laid over it, so an act shows at once and the server's answer replaces it.
 * No value of the store is ever mutated: a changed value is a new object, an unchanged one the same object.
 */
export interface Parley {
  readonly store: Store;

  /**
   * Reads what the device has stored, shows it, then connects. Resolves when the first values are in the store; among
   * them are the messages of `thread`, which the page is about to open.
   */
  start(thread?: string): Promise<void>;
  /** Ends timers, sockets and locks. Stored data stays. */
  stop(): Promise<void>;

  // Accounts. These ask the server and reject with ParleyError.
  signUp(account: { username: string; fullName: string; password: string }): Promise<void>;
  signIn(credentials: { username: string; password: string }): Promise<void>;
  /** Deletes this user's data from the device (C7), then ends the session; the first happens even off-line. */
  signOut(): Promise<void>;
  listSessions(): Promise<Session[]>;
  endSession(id: string): Promise<void>;
  changePassword(passwords: { current: string; password: string }): Promise<void>;
  updateProfile(changes: { fullName?: string; settings?: Settings }): Promise<void>;
  uploadPhoto(image: Blob): Promise<void>;
  removePhoto(): Promise<void>;

  // People.
  searchPeople(query: string): Promise<User[]>;
  getUser(id: string): Promise<User>;
  /** The thread with that person, made if there is none yet. */
  startThread(userId: string): Promise<string>;

  // The thread list.
  loadMoreThreads(): Promise<void>;
  /** Shown at once, sent when on-line. */
  updateThread(
    thread: string,
    changes: { muted?: boolean; pinned?: boolean; archived?: boolean; nickname?: string | null },
  ): void;
  /** "Delete for me": gone from the list at once. */
  deleteThread(thread: string): void;

  // A conversation. A tab opens a thread while it shows it: its messages are then kept live in the store.
  openThread(thread: string): void;
  closeThread(thread: string): void;
  loadOlder(thread: string): Promise<void>;
  loadNewer(thread: string): Promise<void>;
  /** Shows the messages around a seq; the window then may not reach the newest (`hasNewer`). */
  loadAround(thread: string, seq: number): Promise<void>;
  /** Back to the newest messages after loadAround. */
  loadNewest(thread: string): Promise<void>;
  /** "I have seen up to here": only moves forward; own messages may be included. */
  markRead(thread: string, seq: number): void;

  // Messages: written to the outbox on disk, shown at once, sent in order when on-line.
  send(thread: string, text: string, replyTo?: number): void;
  /** Tries a failed message again, with the same cid. */
  retry(cid: string): void;
  /** Forgets a message that failed or still waits. */
  discard(cid: string): void;
  edit(thread: string, seq: number, text: string): void;
  delete(thread: string, seq: number): void;
  react(thread: string, seq: number, emoji: string, on: boolean): void;

  // This device's drafts.
  setDraft(thread: string, draft: Draft | null): void;

  // Fleeting.
  /** Says "typing", at most once in 3 s. */
  typing(thread: string): void;
  /** Whose presence this tab shows; replaces the tab's last list. */
  watch(userIds: string[]): void;
  /** Whether a person is looking at this tab. */
  setActive(isActive: boolean): void;
}

/** Every key of the store with the type of its value. A key without a value yet gives undefined. */
export interface StoreValues {
  session: SessionState;
  connection: ConnectionState;
  threads: ThreadList;
  unread: UnreadTotal;
  [thread: `thread:${string}`]: ThreadView;
  [messages: `messages:${string}`]: MessagesView;
  [draft: `draft:${string}`]: Draft;
  [presence: `presence:${string}`]: Presence;
  [typing: `typing:${string}`]: TypingView;
}

export type StoreKey = keyof StoreValues;

export interface Store {
  get<K extends StoreKey>(key: K): StoreValues[K] | undefined;
  /** Calls back after the key's value changed, at most once per animation frame. Returns the way to end it. */
  subscribe(key: StoreKey, onChange: () => void): () => void;
}

export type SessionState =
  | { state: 'loading' }
  | { state: 'signedOut'; reason?: 'ended' | 'signedOut' }
  | { state: 'signedIn'; me: Me };

export interface ConnectionState {
  /** `updating`: connected, and catching up. `offline`: the device says so or the server does not answer. */
  state: 'connecting' | 'updating' | 'online' | 'offline';
  /** When this state began (ms since 1970, this device's clock). */
  since: number;
  /** Acts that wait in the outbox. */
  waiting: number;
  transport: 'socket' | 'longPoll';
}

export interface ThreadList {
  /** Pinned first, then by activity, a waiting own message counting as the newest; without archived ones. */
  ids: string[];
  archivedIds: string[];
  /** Whether the device holds every thread of the list. */
  isComplete: boolean;
}

export interface UnreadTotal {
  /** Over all threads that are neither muted nor archived. */
  messages: number;
  threads: number;
}

/** A head with the outbox laid over it. */
export interface ThreadView extends Head {
  /** The name to show: the nickname, or the peer's full name. */
  name: string;
  /** The newest thing in the thread: a message that waits, or the last one. */
  preview: { text: string; isMine: boolean; isDeleted: boolean; at: string; state?: SendState } | null;
}

export type SendState = 'sending' | 'queued' | 'sent' | 'delivered' | 'seen' | 'failed';

export interface MessagesView {
  /** Oldest first; waiting ones at the end. */
  items: MessageView[];
  hasOlder: boolean;
  /** True after loadAround, until the window reaches the newest again. */
  hasNewer: boolean;
  /** Nothing is known of this thread's messages yet, and they are being fetched. */
  isLoading: boolean;
  /** Where a newly opened thread draws the line "unread": the first unread message's seq, fixed while it is open. */
  unreadFrom: number | null;
  /** Set when older or newer messages could not be fetched. */
  error: Problem | null;
}

export interface MessageView extends Message {
  /** Stable from the first paint of a waiting message on, whatever the server answers: the cid with its sender. */
  key: string;
  isMine: boolean;
  /** Of own messages. A waiting one has seq 0. */
  state?: SendState;
  /** Why it failed. */
  error?: Problem;
  /** An own edit, deletion or reaction that the server has not confirmed yet is shown in this message. */
  isChanging?: boolean;
}

export interface Draft {
  text: string;
  replyTo?: number;
  /** The seq of the message being edited. */
  editing?: number;
}

export interface TypingView {
  userIds: string[];
}

/** What a rejected act carries: the server's problem document, or one of the SDK's own (`unavailable`). */
export class ParleyError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail ?? problem.title);
    this.name = 'ParleyError';
    this.problem = problem;
  }
}
