import type { OutboxEntry } from '../outbox/entry.ts';
import type { Draft } from '../parley.ts';
import type { Head, Message } from '../protocol.ts';
import { mergeMessages } from '../replica/threadWindow.ts';
import {
  type Batch,
  BLOCK,
  type Device,
  follows,
  type Storage,
  type StoredMessages,
  type StoredState,
  type StoredWindow,
} from './storage.ts';

/** For programs, for tests, and for browsers that refuse IndexedDB: lives as long as the object. */
export class MemoryStorage implements Storage {
  private state: StoredState | null = null;
  private heads = new Map<string, Head>();
  private windows = new Map<string, StoredWindow>();
  private messages = new Map<string, readonly Message[]>();
  private readonly outbox = new Map<string, OutboxEntry>();
  private readonly drafts = new Map<string, Draft>();

  async loadState(): Promise<StoredState | null> {
    return this.state;
  }

  async loadRecentHeads(): Promise<Head[]> {
    return this.loadHeads();
  }

  async loadHeads(): Promise<Head[]> {
    return [...this.heads.values()];
  }

  async loadOutbox(): Promise<OutboxEntry[]> {
    return [...this.outbox.values()];
  }

  async loadDrafts(): Promise<Map<string, Draft>> {
    return new Map(this.drafts);
  }

  async loadWindow(thread: string): Promise<StoredWindow | null> {
    return this.windows.get(thread) ?? null;
  }

  async loadRecentWindows(limit: number): Promise<Map<string, StoredWindow>> {
    return new Map([...this.windows].sort((a, b) => b[1].usedAt - a[1].usedAt).slice(0, limit));
  }

  async loadMessages(thread: string, below: number): Promise<StoredMessages> {
    const held = (this.messages.get(thread) ?? []).filter((message) => message.seq < below);
    const messages = held.slice(-BLOCK);
    return { from: messages.length < held.length ? (messages[0] as Message).seq : 0, messages };
  }

  async putOutbox(entry: OutboxEntry): Promise<void> {
    this.outbox.set(entry.id, entry);
  }

  async deleteOutbox(id: string): Promise<void> {
    this.outbox.delete(id);
  }

  async putDraft(thread: string, draft: Draft | null): Promise<void> {
    if (draft) this.drafts.set(thread, draft);
    else this.drafts.delete(thread);
  }

  async commit(batch: Batch): Promise<boolean> {
    if (!follows(batch, this.state)) return false;
    if (batch.isCleared) {
      this.heads.clear();
      this.windows.clear();
      this.messages.clear();
    }
    for (const id of batch.goneHeads) this.heads.delete(id);
    for (const head of batch.heads) this.heads.set(head.id, head);
    for (const thread of batch.droppedWindows) {
      this.windows.delete(thread);
      this.messages.delete(thread);
    }
    for (const [thread, window] of batch.windows) {
      this.windows.set(thread, window);
      const held = this.messages.get(thread) ?? [];
      this.messages.set(
        thread,
        held.filter((message) => message.seq >= window.low),
      );
    }
    for (const [thread, messages] of batch.messages) {
      this.messages.set(thread, mergeMessages(this.messages.get(thread) ?? [], messages));
    }
    this.state = batch.state;
    return true;
  }

  close(): void {}

  async destroy(): Promise<void> {
    this.state = null;
    for (const map of [this.heads, this.windows, this.messages, this.outbox, this.drafts]) map.clear();
  }
}

export class MemoryDevice implements Device {
  private user: string | null = null;
  private isPending = false;
  private readonly storages = new Map<string, MemoryStorage>();

  async currentUser(): Promise<string | null> {
    return this.user;
  }

  async setCurrentUser(userId: string | null): Promise<void> {
    this.user = userId;
  }

  async isSignOutPending(): Promise<boolean> {
    return this.isPending;
  }

  async setSignOutPending(isPending: boolean): Promise<void> {
    this.isPending = isPending;
  }

  async open(userId: string): Promise<Storage> {
    const storage = this.storages.get(userId) ?? new MemoryStorage();
    this.storages.set(userId, storage);
    return storage;
  }
}
