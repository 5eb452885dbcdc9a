import type { OutboxEntry } from '../../src/outbox/entry.ts';
import type { Draft } from '../../src/parley.ts';
import { IndexedDbStorage } from '../../src/storage/indexedDb.ts';
import { MemoryDevice } from '../../src/storage/memory.ts';
import type { Batch, Device, Storage, StoredMessages } from '../../src/storage/storage.ts';

export type DiskKind = 'memory' | 'indexedDb';

let databases = 0;

/**
 * What one browser keeps, whoever runs in it. It can be held up, so that writes are under way for as long as the test
 * wants, and it can be full. What a program had not written when it died was never written.
 */
export class SimulatedDisk {
  isHeld = false;
  isFull = false;
  /** It could not take everything, once. */
  wasFull = false;
  /** Operations of IndexedDB that are under way: it answers in its own time. */
  busy = 0;
  /** Ids of every outbox entry that was ever on this disk. */
  readonly written = new Set<string>();
  private readonly mounts = new Set<Mount>();
  private readonly inner: Device;

  constructor(kind: DiskKind) {
    this.inner = kind === 'memory' ? new MemoryDevice() : new IndexedDbDevice(`world-${++databases}`);
  }

  /** The disk as one program sees it. */
  mount(): Mount {
    const mount = new Mount(this, this.inner);
    this.mounts.add(mount);
    return mount;
  }

  unmount(mount: Mount): void {
    mount.isDead = true;
    this.mounts.delete(mount);
  }

  release(): void {
    this.isHeld = false;
    for (const mount of this.mounts) mount.release();
  }

  /** What is written, to be looked at. */
  read(userId: string): Promise<Storage> {
    return this.inner.open(userId);
  }

  async destroy(userId: string): Promise<void> {
    await (await this.inner.open(userId)).destroy();
  }
}

/** One program's way to the disk. Once the program is dead nothing of it is carried out or answered. */
export class Mount implements Device {
  isDead = false;
  private readonly queue: (() => void)[] = [];
  private readonly disk: SimulatedDisk;
  private readonly inner: Device;

  constructor(disk: SimulatedDisk, inner: Device) {
    this.disk = disk;
    this.inner = inner;
  }

  currentUser = () => this.inner.currentUser();
  setCurrentUser = (userId: string | null) => this.inner.setCurrentUser(userId);
  isSignOutPending = () => this.inner.isSignOutPending();
  setSignOutPending = (isPending: boolean) => this.inner.setSignOutPending(isPending);

  async open(userId: string): Promise<Storage> {
    const storage = await this.do(() => this.inner.open(userId));
    return new MountedStorage(this, storage, this.disk);
  }

  /** Operations keep their order, whether or not the disk answers now. */
  do<T>(operation: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const run = () => {
        if (this.isDead) return;
        this.disk.busy++;
        operation()
          .finally(() => this.disk.busy--)
          .then(
            (value) => this.isDead || resolve(value),
            (error) => this.isDead || reject(error),
          );
      };
      if (this.disk.isHeld || this.queue.length > 0) this.queue.push(run);
      else run();
    });
  }

  release(): void {
    for (const run of this.queue.splice(0)) run();
  }
}

class MountedStorage implements Storage {
  private readonly mount: Mount;
  private readonly storage: Storage;
  private readonly disk: SimulatedDisk;

  constructor(mount: Mount, storage: Storage, disk: SimulatedDisk) {
    this.mount = mount;
    this.storage = storage;
    this.disk = disk;
  }

  loadState = () => this.mount.do(() => this.storage.loadState());
  loadRecentHeads = () => this.mount.do(() => this.storage.loadRecentHeads());
  loadHeads = () => this.mount.do(() => this.storage.loadHeads());
  loadOutbox = () => this.mount.do(() => this.storage.loadOutbox());
  loadDrafts = () => this.mount.do(() => this.storage.loadDrafts());
  loadWindow = (thread: string) => this.mount.do(() => this.storage.loadWindow(thread));
  loadRecentWindows = (limit: number) => this.mount.do(() => this.storage.loadRecentWindows(limit));
  loadMessages = (thread: string, below: number): Promise<StoredMessages> =>
    this.mount.do(() => this.storage.loadMessages(thread, below));
  deleteOutbox = (id: string) => this.mount.do(() => this.storage.deleteOutbox(id));
  putDraft = (thread: string, draft: Draft | null) =>
    this.mount.do(() => this.storage.putDraft(thread, draft));
  destroy = () => this.mount.do(() => this.storage.destroy());

  putOutbox(entry: OutboxEntry): Promise<void> {
    return this.mount.do(async () => {
      this.throwIfFull();
      await this.storage.putOutbox(entry);
      this.disk.written.add(entry.id);
    });
  }

  commit(batch: Batch): Promise<boolean> {
    return this.mount.do(async () => {
      this.throwIfFull();
      return this.storage.commit(batch);
    });
  }

  close(): void {
    this.storage.close();
  }

  private throwIfFull(): void {
    if (this.disk.isFull) throw new DOMException('There is no room', 'QuotaExceededError');
  }
}

/** The real storage on an IndexedDB of its own, so that two worlds never meet. */
class IndexedDbDevice extends MemoryDevice {
  private readonly name: string;

  constructor(name: string) {
    super();
    this.name = name;
  }

  override open(userId: string): Promise<Storage> {
    return IndexedDbStorage.open(`${this.name}-${userId}`);
  }
}
