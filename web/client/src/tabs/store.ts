import type { Store, StoreKey, StoreValues } from '../parley.ts';

/** Hidden pages get no frames; what shows there (the title's count, a notification) must not wait for one. */
const LATEST_MS = 100;

/** The values that a tab holds. Setting is immediate; telling is gathered, at most once per animation frame. */
export class KeyedStore implements Store {
  private readonly values = new Map<StoreKey, unknown>();
  private readonly listeners = new Map<StoreKey, Set<() => void>>();
  private readonly changed = new Set<StoreKey>();
  private readonly waiting: (() => void)[] = [];
  private isScheduled = false;

  get<K extends StoreKey>(key: K): StoreValues[K] | undefined {
    return this.values.get(key) as StoreValues[K] | undefined;
  }

  subscribe(key: StoreKey, onChange: () => void): () => void {
    let listeners = this.listeners.get(key);
    if (!listeners) {
      listeners = new Set();
      this.listeners.set(key, listeners);
    }
    // A wrapper, so that the same function may subscribe twice and each end its own.
    const listener = () => onChange();
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.listeners.get(key) === listeners) this.listeners.delete(key);
    };
  }

  set(key: StoreKey, value: unknown): void {
    if (this.values.get(key) === value) return;
    if (value === undefined) this.values.delete(key);
    else this.values.set(key, value);
    this.changed.add(key);
    this.schedule();
  }

  /** Calls back once, when the listeners have been told of what was set until now. */
  afterTelling(callback: () => void): void {
    this.waiting.push(callback);
    this.schedule();
  }

  keys(): StoreKey[] {
    return [...this.values.keys()];
  }

  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    let isDone = false;
    const notify = () => {
      if (isDone) return;
      isDone = true;
      this.isScheduled = false;
      this.notify();
    };
    if (typeof requestAnimationFrame === 'function') {
      requestAnimationFrame(notify);
      setTimeout(notify, LATEST_MS);
    } else {
      setTimeout(notify, 0);
    }
  }

  private notify(): void {
    const keys = [...this.changed];
    this.changed.clear();
    for (const key of keys) for (const listener of this.listeners.get(key) ?? []) listener();
    for (const callback of this.waiting.splice(0)) callback();
  }
}
