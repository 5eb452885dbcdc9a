/** Web Locks, where the page may use them (not on plain http). Who holds a lock is alive: no heartbeat can tell so well. */
export function locks(): LockManager | undefined {
  return typeof navigator === 'undefined' ? undefined : navigator.locks;
}

/** Holds a lock as long as this page or worker lives, or until it is released. Resolves once it is held. */
export function holdLock(name: string): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const held = locks()?.request(name, () => new Promise<void>((release) => resolve(release)));
    if (held) held.catch(reject);
    else resolve(() => {});
  });
}

/** Calls back when whoever holds the lock is gone. Without locks, never. Returns the way to stop waiting. */
export function whenReleased(name: string, onReleased: () => void): () => void {
  const abort = new AbortController();
  locks()
    ?.request(name, { signal: abort.signal }, () => onReleased())
    .catch(() => {});
  return () => abort.abort();
}

export function tabLock(tab: string): string {
  return `parley-tab-${tab}`;
}
