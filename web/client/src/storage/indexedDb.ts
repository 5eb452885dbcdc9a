import { type DBSchema, deleteDB, type IDBPDatabase, openDB } from 'idb';
import type { OutboxEntry } from '../outbox/entry.ts';
import type { Draft } from '../parley.ts';
import type { Head, Message } from '../protocol.ts';
import { mergeMessages } from '../replica/threadWindow.ts';
import { HeadChunks, PINNED_CHUNK } from './headChunks.ts';
import {
  type Batch,
  BLOCK,
  blockOf,
  follows,
  type Storage,
  type StoredMessages,
  type StoredState,
  type StoredWindow,
} from './storage.ts';

/** Raised when the shape of the cache changes: the cache is then dropped, outbox and drafts never are. */
const SCHEMA = 2;
const cacheStores = ['state', 'heads', 'windows', 'blocks'] as const;

interface Schema extends DBSchema {
  state: { key: string; value: StoredState };
  heads: { key: number; value: Head[] };
  windows: { key: string; value: StoredWindow; indexes: { usedAt: number } };
  blocks: { key: [string, number]; value: Message[] };
  outbox: { key: string; value: OutboxEntry };
  drafts: { key: string; value: Draft };
}

/** So many heads fill any screen: the first paint reads pinned threads and chunks from the top until it has them. */
const FIRST_HEADS = 50;

/** One database per user. Heads lie in chunks by recency, messages in blocks by seq. */
export class IndexedDbStorage implements Storage {
  private readonly chunks = new HeadChunks();
  private readonly db: IDBPDatabase<Schema>;

  private constructor(db: IDBPDatabase<Schema>) {
    this.db = db;
  }

  static async open(userId: string, schema = SCHEMA): Promise<IndexedDbStorage> {
    const db = await openDB<Schema>(nameOf(userId), schema, {
      upgrade(db) {
        for (const name of cacheStores) if (db.objectStoreNames.contains(name)) db.deleteObjectStore(name);
        db.createObjectStore('state');
        db.createObjectStore('heads');
        db.createObjectStore('windows').createIndex('usedAt', 'usedAt');
        db.createObjectStore('blocks');
        if (!db.objectStoreNames.contains('outbox')) db.createObjectStore('outbox');
        if (!db.objectStoreNames.contains('drafts')) db.createObjectStore('drafts');
      },
      // Another page wants to delete or upgrade it; this one goes on from memory.
      blocking: (_current, _wanted, event) => (event.target as IDBDatabase).close(),
    });
    return new IndexedDbStorage(db);
  }

  async loadState(): Promise<StoredState | null> {
    return (await this.db.get('state', 'replica')) ?? null;
  }

  async loadRecentHeads(): Promise<Head[]> {
    const heads: Head[] = [];
    let cursor = await this.db.transaction('heads').store.openCursor(null, 'prev');
    for (let unpinned = 0; cursor && unpinned < FIRST_HEADS; ) {
      heads.push(...cursor.value);
      if (cursor.key !== PINNED_CHUNK) unpinned += cursor.value.length;
      if (unpinned < FIRST_HEADS) cursor = await cursor.continue();
    }
    return heads;
  }

  async loadHeads(): Promise<Head[]> {
    const { store } = this.db.transaction('heads');
    const [numbers, heads] = await Promise.all([store.getAllKeys(), store.getAll()]);
    this.chunks.load(numbers.map((number, index) => [number, heads[index] ?? []]));
    return this.chunks.heads();
  }

  loadOutbox(): Promise<OutboxEntry[]> {
    return this.db.getAll('outbox');
  }

  async loadDrafts(): Promise<Map<string, Draft>> {
    const { store } = this.db.transaction('drafts');
    const [threads, drafts] = await Promise.all([store.getAllKeys(), store.getAll()]);
    return new Map(threads.map((thread, index) => [thread, drafts[index] as Draft]));
  }

  async loadWindow(thread: string): Promise<StoredWindow | null> {
    return (await this.db.get('windows', thread)) ?? null;
  }

  async loadRecentWindows(limit: number): Promise<Map<string, StoredWindow>> {
    const windows = new Map<string, StoredWindow>();
    let cursor = await this.db.transaction('windows').store.index('usedAt').openCursor(null, 'prev');
    while (cursor && windows.size < limit) {
      windows.set(cursor.primaryKey, cursor.value);
      cursor = await cursor.continue();
    }
    return windows;
  }

  async loadMessages(thread: string, below: number): Promise<StoredMessages> {
    const range = IDBKeyRange.bound([thread, 0], [thread, blockOf(below - 1)]);
    let messages: Message[] = [];
    let cursor = await this.db.transaction('blocks').store.openCursor(range, 'prev');
    while (cursor) {
      messages = [...cursor.value.filter((message) => message.seq < below), ...messages];
      if (messages.length >= BLOCK) return { from: cursor.key[1] * BLOCK, messages };
      cursor = await cursor.continue();
    }
    return { from: 0, messages };
  }

  async putOutbox(entry: OutboxEntry): Promise<void> {
    await this.db.put('outbox', entry, entry.id);
  }

  async deleteOutbox(id: string): Promise<void> {
    await this.db.delete('outbox', id);
  }

  async putDraft(thread: string, draft: Draft | null): Promise<void> {
    if (draft) await this.db.put('drafts', draft, thread);
    else await this.db.delete('drafts', thread);
  }

  async commit(batch: Batch): Promise<boolean> {
    const tx = this.db.transaction(cacheStores, 'readwrite');
    // Its outcome is read from `done` alone; a request that fails rejects both.
    tx.done.catch(() => {});
    const held = await tx.objectStore('state').get('replica');
    if (!follows(batch, held)) {
      tx.abort();
      return false;
    }
    const [heads, windows, blocks] = [
      tx.objectStore('heads'),
      tx.objectStore('windows'),
      tx.objectStore('blocks'),
    ];
    if (batch.isCleared) {
      this.chunks.clear();
      void heads.clear();
      void windows.clear();
      void blocks.clear();
    }
    for (const id of batch.goneHeads) this.chunks.remove(id);
    for (const head of batch.heads) this.chunks.put(head);
    for (const [number, chunk] of this.chunks.changes()) {
      void (chunk.length > 0 ? heads.put(chunk, number) : heads.delete(number));
    }
    for (const thread of batch.droppedWindows) {
      void windows.delete(thread);
      void blocks.delete(IDBKeyRange.bound([thread, 0], [thread, Number.POSITIVE_INFINITY]));
    }
    for (const [thread, window] of batch.windows) {
      void windows.put(window, thread);
      const first = blockOf(window.low);
      if (first > 0) void blocks.delete(IDBKeyRange.bound([thread, 0], [thread, first], false, true));
    }
    for (const [thread, messages] of batch.messages) {
      for (const [number, added] of byBlock(messages)) {
        const block = (await blocks.get([thread, number])) ?? [];
        void blocks.put([...mergeMessages(block, added)], [thread, number]);
      }
    }
    void tx.objectStore('state').put(batch.state, 'replica');
    await tx.done;
    this.chunks.written();
    return true;
  }

  close(): void {
    this.db.close();
  }

  async destroy(): Promise<void> {
    const { name } = this.db;
    this.db.close();
    await deleteDB(name);
  }
}

function nameOf(userId: string): string {
  return `parley-user-${userId}`;
}

function byBlock(messages: readonly Message[]): Map<number, Message[]> {
  const blocks = new Map<number, Message[]>();
  for (const message of messages) {
    const number = blockOf(message.seq);
    const block = blocks.get(number);
    if (block) block.push(message);
    else blocks.set(number, [message]);
  }
  return blocks;
}
