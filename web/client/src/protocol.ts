/**
 * What crosses the wire, as docs/protocol.md describes it: the JSON shapes of the HTTP API and of the socket
 * frames, version 1. Ids are opaque strings, times are RFC 3339 UTC and for display only.
 */

export const SUBPROTOCOL = 'parley.1';

export interface User {
  id: string;
  username: string;
  fullName: string;
  /** The content hash of the profile photo, or null where there is none. */
  photo: string | null;
}

/** The signed-in user, who also sees their own settings. */
export interface Me extends User {
  settings: Settings;
}

/** Kept by the server for all devices of a user; unknown keys are preserved. */
export interface Settings {
  theme?: 'system' | 'light' | 'dark';
  enterSends?: boolean;
  [key: string]: unknown;
}

export interface Message {
  seq: number;
  cid: string;
  from: string;
  /** Empty when `deleted`. */
  text: string;
  at: string;
  revision: number;
  editedAt?: string;
  deleted?: true;
  replyTo?: number;
  reactions?: Record<string, string[]>;
}

/** A thread as the list shows it. */
export interface Head {
  id: string;
  peer: User;
  version: number;
  /** The user's version at the thread's last new message: the list is sorted by it, highest first. */
  activity: number;
  revision: number;
  lastSeq: number;
  readSeq: number;
  /** Messages up to this seq were removed by "delete for me" and are never shown again. */
  clearedSeq: number;
  peerReadSeq: number;
  peerDeliveredSeq: number;
  /** Messages of the other person after readSeq that are not deleted. */
  unread: number;
  muted: boolean;
  pinned: boolean;
  archived: boolean;
  nickname?: string;
  last: Message | null;
}

export interface Session {
  id: string;
  /** What the sign-in said of itself (User-Agent), already shortened by the server, e.g. "Firefox on Linux". */
  device: string;
  createdAt: string;
  lastSeenAt: string;
  current: boolean;
}

export interface Bootstrap {
  epoch: string;
  version: number;
  me: Me;
  threads: Head[];
  nextPageToken?: string;
}

export interface ThreadPage {
  epoch: string;
  threads: Head[];
  nextPageToken?: string;
}

/** Newest first. */
export interface MessagePage {
  epoch: string;
  messages: Message[];
  revision: number;
  olderPageToken?: string;
  newerPageToken?: string;
}

export type ThreadChanges =
  | { epoch: string; from: number; revision: number; messages: Message[]; more: boolean; reset?: undefined }
  | { epoch: string; reset: true; revision: number; messages: Message[] };

/** One thread's part of a `changes` frame: what became of its messages between two revisions. */
export interface MessageChanges {
  thread: string;
  from: number;
  revision: number;
  items: Message[];
}

export interface ChangesFrame {
  type: 'changes';
  epoch: string;
  from: number;
  to: number;
  more: boolean;
  threads: Head[];
  gone: { id: string; version: number }[];
  messages: MessageChanges[];
  me?: Me;
}

export interface ResetFrame {
  type: 'reset';
  epoch: string;
  reason: 'epoch' | 'floor' | 'large';
}

export interface Presence {
  id: string;
  online: boolean;
  lastActiveAt?: string;
}

export type ServerFrame =
  | { type: 'welcome'; epoch: string; version: number; now: string }
  | ChangesFrame
  | ResetFrame
  | { type: 'ack'; cid: string; thread: string; seq: number }
  | { type: 'nack'; cid?: string; code: ErrorCode; detail?: string; retryAfter?: number }
  | { type: 'presence'; users: Presence[] }
  | { type: 'typing'; thread: string; user: string }
  | { type: 'pong'; version: number }
  | { type: 'bye'; reason: string; retryAfterMs: [number, number] };

export type ClientFrame =
  | { type: 'hello'; epoch?: string; version?: number; hot?: Record<string, number> }
  | { type: 'send'; cid: string; thread: string; text: string; replyTo?: number }
  | { type: 'read'; thread: string; seq: number }
  | { type: 'typing'; thread: string }
  | { type: 'watch'; users: string[] }
  | { type: 'active'; state: 'active' | 'idle' }
  | { type: 'ping'; version: number };

export const CloseCode = { unreadable: 4400, sessionEnded: 4401, replaced: 4409, restart: 1012 } as const;

/** The closed list of error codes; docs/protocol.md has the sentence of each. */
export type ErrorCode =
  | 'unauthenticated'
  | 'wrong_credentials'
  | 'forbidden_origin'
  | 'not_found'
  | 'username_taken'
  | 'invalid_request'
  | 'invalid_page_token'
  | 'unsupported_media_type'
  | 'method_not_allowed'
  | 'too_large'
  | 'rate_limited'
  | 'unavailable'
  | 'internal';

/** RFC 9457, as every failed request answers. */
export interface Problem {
  type?: string;
  title: string;
  status: number;
  detail?: string;
  code: ErrorCode;
  errors?: Record<string, string[]>;
}
