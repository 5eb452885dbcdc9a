import type { Clock } from '../clock.ts';
import type { Head, Message } from '../protocol.ts';
import type { ReplicaState } from '../replica/replica.ts';
import type { ThreadWindow } from '../replica/threadWindow.ts';
import type { Batch, Storage, StoredState, StoredWindow } from './storage.ts';

const DELAY_MS = 300;
const RETRY_MS = 30_000;

export interface WriteBehindHost {
  /** The replica's state now, or null while it has none. */
  state(): ReplicaState | null;
  /** Everything up to that version is on disk. */
  onStored(version: number): void;
  /** Another engine wrote to this storage; what is in memory here is not its continuation (C6). */
  onConflict(): void;
}

/**
 * Gathers what changed in the replica and writes it, together with the version, in one transaction some hundred
 * milliseconds later. A crash in between costs a repeated catch-up, never a mixture.
 */
export class WriteBehind {
  private expected: Batch['expected'] = null;
  private isCleared = false;
  private isDirty = false;
  private heads = new Map<string, Head | undefined>();
  private dropped = new Set<string>();
  private windows = new Map<string, StoredWindow>();
  private messages = new Map<string, Map<number, Message>>();
  /** Handed to storage, and perhaps not there yet. */
  private underWay: Batch | null = null;
  private timer: unknown;
  private writing: Promise<void> = Promise.resolve();
  private isStopped = false;
  private readonly storage: Storage;
  private readonly clock: Clock;
  private readonly host: WriteBehindHost;

  constructor(storage: Storage, clock: Clock, host: WriteBehindHost) {
    this.storage = storage;
    this.clock = clock;
    this.host = host;
  }

  /** What storage held when it was read. */
  begin(state: StoredState | null): void {
    this.expected = state;
    this.forget();
  }

  clear(): void {
    this.forget();
    this.isCleared = true;
    this.touch();
  }

  putHead(id: string, head: Head | undefined): void {
    this.heads.set(id, head);
    this.touch();
  }

  putWindow(thread: string, window: ThreadWindow): void {
    const { low, revision, olderPageToken } = window;
    this.windows.set(thread, {
      low,
      revision,
      usedAt: this.clock.now(),
      ...(olderPageToken === undefined ? {} : { olderPageToken }),
    });
    this.touch();
  }

  dropWindow(thread: string): void {
    this.dropped.add(thread);
    this.windows.delete(thread);
    this.messages.delete(thread);
    this.touch();
  }

  putMessages(thread: string, messages: readonly Message[]): void {
    const pending = this.messages.get(thread) ?? new Map<number, Message>();
    this.messages.set(thread, pending);
    for (const message of messages) {
      const held = pending.get(message.seq);
      if (!held || held.revision < message.revision) pending.set(message.seq, message);
    }
    this.touch();
  }

  /** Something that `state()` tells changed. */
  touch(): void {
    this.isDirty = true;
    if (this.timer === undefined) this.schedule(DELAY_MS);
  }

  /** Whether storage does not know the thread's newest state yet. */
  isPending(thread: string): boolean {
    const { underWay } = this;
    return (
      this.isCleared ||
      this.windows.has(thread) ||
      this.messages.has(thread) ||
      this.dropped.has(thread) ||
      (underWay !== null &&
        (underWay.isCleared ||
          underWay.windows.has(thread) ||
          underWay.messages.has(thread) ||
          underWay.droppedWindows.includes(thread)))
    );
  }

  /** Messages of the thread that storage may not have yet. */
  pendingMessages(thread: string): Message[] {
    const gathered = [...(this.messages.get(thread)?.values() ?? [])];
    return [...(this.underWay?.messages.get(thread) ?? []), ...gathered];
  }

  /** The version that storage holds. */
  get storedVersion(): number | undefined {
    return this.expected?.version;
  }

  /** Writes what is gathered, after what is being written. */
  flush(): Promise<void> {
    this.clock.clearTimeout(this.timer);
    this.timer = undefined;
    this.writing = this.writing.then(() => this.write());
    return this.writing;
  }

  stop(): void {
    this.isStopped = true;
    this.clock.clearTimeout(this.timer);
  }

  private schedule(ms: number): void {
    if (this.isStopped) return;
    this.timer = this.clock.setTimeout(() => void this.flush(), ms);
  }

  private forget(): void {
    this.isCleared = false;
    this.isDirty = false;
    this.heads = new Map();
    this.dropped = new Set();
    this.windows = new Map();
    this.messages = new Map();
  }

  private async write(): Promise<void> {
    const next = this.host.state();
    if (!next || !this.isDirty || this.isStopped) return;
    const state = { ...next, step: (this.expected?.step ?? 0) + 1 };
    const { expected, isCleared, heads, dropped, windows, messages } = this;
    this.forget();
    const batch = {
      expected,
      state,
      isCleared,
      heads: [...heads.values()].filter((head) => head !== undefined),
      goneHeads: [...heads].filter(([, head]) => head === undefined).map(([id]) => id),
      droppedWindows: [...dropped],
      windows,
      messages: new Map([...messages].map(([thread, pending]) => [thread, [...pending.values()]])),
    };
    this.underWay = batch;
    try {
      if (!(await this.storage.commit(batch))) {
        if (!this.isStopped) this.host.onConflict();
        return;
      }
      this.expected = state;
      if (!this.isStopped) this.host.onStored(state.version);
    } catch {
      // A full disk: the app goes on from memory, and what was gathered is written when there is room again.
      this.regather({ isCleared, heads, dropped, windows, messages });
      this.clock.clearTimeout(this.timer);
      this.schedule(RETRY_MS);
    } finally {
      this.underWay = null;
    }
  }

  /** Puts back what could not be written, under what has been gathered since. */
  private regather(lost: {
    isCleared: boolean;
    heads: Map<string, Head | undefined>;
    dropped: Set<string>;
    windows: Map<string, StoredWindow>;
    messages: Map<string, Map<number, Message>>;
  }): void {
    this.isDirty = true;
    if (this.isCleared) return;
    this.isCleared = lost.isCleared;
    this.heads = new Map([...lost.heads, ...this.heads]);
    for (const [thread, window] of lost.windows) {
      if (!this.dropped.has(thread) && !this.windows.has(thread)) this.windows.set(thread, window);
    }
    for (const [thread, pending] of lost.messages) {
      if (!this.dropped.has(thread)) this.putMessages(thread, [...pending.values()]);
    }
    for (const thread of lost.dropped) this.dropped.add(thread);
  }
}
