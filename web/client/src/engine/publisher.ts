import type { Clock } from '../clock.ts';
import type { StoreKey } from '../parley.ts';

const FRAME_MS = 16;
/** The list is long and its order matters less than the open conversation: under a burst, 10 Hz. */
const LIST_MS = 100;

function isList(key: StoreKey): boolean {
  return key === 'threads' || key === 'unread' || key.startsWith('thread:');
}

/**
 * Gathers the keys that changed. A lone change goes out at once; what follows closely goes out together, with the
 * next frame, and of the list ten times a second.
 */
export class Publisher {
  private changedKeys = new Set<StoreKey>();
  private listKeys = new Set<StoreKey>();
  private isEverything = false;
  private lastAt = Number.NEGATIVE_INFINITY;
  private lastListAt = Number.NEGATIVE_INFINITY;
  private timer: unknown;
  private dueAt = Number.POSITIVE_INFINITY;
  private readonly clock: Clock;
  private readonly publish: (keys: ReadonlySet<StoreKey> | null) => void;

  constructor(clock: Clock, publish: (keys: ReadonlySet<StoreKey> | null) => void) {
    this.clock = clock;
    this.publish = publish;
  }

  changed(key: StoreKey): void {
    if (isList(key)) {
      this.listKeys.add(key);
      if (key.startsWith('thread:')) {
        this.listKeys.add('threads');
        this.listKeys.add('unread');
      }
      this.schedule(this.lastListAt + LIST_MS);
    } else {
      this.changedKeys.add(key);
      this.schedule(this.lastAt + FRAME_MS);
    }
  }

  /** Whatever any tab was told may be different now. */
  everything(): void {
    this.isEverything = true;
    this.schedule(0);
  }

  /** Does not wait. */
  now(): void {
    this.lastListAt = Number.NEGATIVE_INFINITY;
    this.flush();
  }

  stop(): void {
    this.clock.clearTimeout(this.timer);
    this.dueAt = Number.NEGATIVE_INFINITY;
  }

  private schedule(at: number): void {
    if (at >= this.dueAt) return;
    this.clock.clearTimeout(this.timer);
    this.dueAt = at;
    this.timer = this.clock.setTimeout(() => this.flush(), Math.max(0, at - this.clock.elapsed()));
  }

  private flush(): void {
    const now = this.clock.elapsed();
    this.clock.clearTimeout(this.timer);
    this.dueAt = Number.POSITIVE_INFINITY;
    this.lastAt = now;
    const keys = this.changedKeys;
    this.changedKeys = new Set();
    if (now - this.lastListAt >= LIST_MS) {
      for (const key of this.listKeys) keys.add(key);
      if (this.listKeys.size > 0) this.lastListAt = now;
      this.listKeys = new Set();
    } else if (this.listKeys.size > 0) {
      this.schedule(this.lastListAt + LIST_MS);
    }
    const isEverything = this.isEverything;
    this.isEverything = false;
    if (isEverything) this.publish(null);
    else if (keys.size > 0) this.publish(keys);
  }
}
