import { ParleyError } from '../parley.ts';
import { isSend, isWaiting, type OutboxEntry } from './entry.ts';
import { ENGINE_OUTBOX_LIMIT, tooMany } from './limit.ts';

/** Where entries outlive the program. Each call is durable when it resolves. */
export interface OutboxStorage {
  putOutbox(entry: OutboxEntry): Promise<void>;
  deleteOutbox(id: string): Promise<void>;
}

const none: readonly OutboxEntry[] = [];

/** The acts that wait, per thread in the order in which they were done. It knows nothing of how they are sent. */
export class Outbox {
  /** Acts that are still to be sent. */
  waiting = 0;
  private readonly entries = new Map<string, OutboxEntry>();
  private readonly byThread = new Map<string, readonly OutboxEntry[]>();
  private readonly stored = new Map<string, Promise<boolean>>();
  private lastOrder = 0;
  private readonly storage: OutboxStorage;
  private readonly onChange: (thread: string) => void;

  constructor(storage: OutboxStorage, onChange: (thread: string) => void) {
    this.storage = storage;
    this.onChange = onChange;
  }

  restore(entries: readonly OutboxEntry[]): void {
    for (const entry of [...entries].sort(inOrder)) {
      this.lastOrder = Math.max(this.lastOrder, entry.order ?? 0);
      this.put(entry);
      // A refused message waits for the person; a refused change of one was seen, and is not worth more than that.
      if (entry.error && !isSend(entry)) this.remove(entry.id);
    }
  }

  get(id: string): OutboxEntry | undefined {
    return this.entries.get(id);
  }

  of(thread: string): readonly OutboxEntry[] {
    return this.byThread.get(thread) ?? none;
  }

  get threads(): IterableIterator<string> {
    return this.byThread.keys();
  }

  /** Resolves when the entry is on disk, or as near to it as this device lets us come (C5); says whether it is. */
  add(entry: OutboxEntry): Promise<boolean> {
    const known = this.stored.get(entry.id);
    if (known || this.entries.has(entry.id)) return known ?? Promise.resolve(true);
    if (this.waiting >= ENGINE_OUTBOX_LIMIT) throw new ParleyError(tooMany());
    const ordered = { ...entry, order: ++this.lastOrder };
    this.put(ordered);
    return this.store(ordered);
  }

  /** Puts a new state of an entry in its place. */
  replace(entry: OutboxEntry): void {
    if (!this.entries.has(entry.id)) return;
    this.put(entry);
    void this.store(entry);
  }

  remove(id: string): void {
    const entry = this.entries.get(id);
    if (!entry) return;
    this.entries.delete(id);
    if (isWaiting(entry)) this.waiting--;
    const rest = this.of(entry.thread).filter((other) => other.id !== id);
    if (rest.length > 0) this.byThread.set(entry.thread, rest);
    else this.byThread.delete(entry.thread);
    void this.chain(id, () => this.storage.deleteOutbox(id)).then(() => this.stored.delete(id));
    this.onChange(entry.thread);
  }

  /** Resolves when what is known of the entry is on disk, or could not be stored. */
  async whenStored(id: string): Promise<void> {
    await this.stored.get(id);
  }

  private put(entry: OutboxEntry): void {
    const held = this.entries.get(entry.id);
    if (held && isWaiting(held)) this.waiting--;
    if (isWaiting(entry)) this.waiting++;
    this.entries.set(entry.id, entry);
    const list = this.of(entry.thread);
    this.byThread.set(
      entry.thread,
      held ? list.map((other) => (other.id === entry.id ? entry : other)) : [...list, entry],
    );
    this.onChange(entry.thread);
  }

  private store(entry: OutboxEntry): Promise<boolean> {
    return this.chain(entry.id, () => this.storage.putOutbox(entry));
  }

  /** Writes of one entry keep their order. A device that cannot store must still be able to talk. */
  private chain(id: string, write: () => Promise<void>): Promise<boolean> {
    const done = this.whenStored(id)
      .then(write)
      .then(
        () => true,
        () => false,
      );
    this.stored.set(id, done);
    return done;
  }
}

function inOrder(a: OutboxEntry, b: OutboxEntry): number {
  return (a.order ?? 0) - (b.order ?? 0) || (a.id < b.id ? -1 : 1);
}
