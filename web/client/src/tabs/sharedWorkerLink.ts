import type { EngineLink } from './client.ts';
import { whenReleased } from './locks.ts';
import type { TabPort } from './port.ts';

/** A worker that has not answered by then is taken as one that cannot start. */
const START_MS = 10_000;

/** The engine in a SharedWorker. If none can be started, `fallback` is used from then on. */
export function createSharedWorkerLink(create: () => SharedWorker, fallback: () => EngineLink): EngineLink {
  let other: EngineLink | null = null;
  let stopWatching = () => {};
  let timer: ReturnType<typeof setTimeout>;
  let onPort: (port: TabPort) => void = () => {};

  const giveUp = () => {
    if (other) return;
    clearTimeout(timer);
    other = fallback();
    other.connect(onPort);
  };

  const start = () => {
    let worker: SharedWorker;
    try {
      worker = create();
    } catch {
      giveUp();
      return;
    }
    worker.onerror = giveUp;
    timer = setTimeout(giveUp, START_MS);
    onPort(wrapMessagePort(worker.port));
  };

  return {
    connect(callback) {
      onPort = callback;
      start();
    },
    onAttached(lock) {
      if (other) {
        other.onAttached(lock);
        return;
      }
      clearTimeout(timer);
      stopWatching();
      if (lock !== null) stopWatching = whenReleased(lock, start);
    },
    async close() {
      clearTimeout(timer);
      stopWatching();
      await other?.close();
    },
  };
}

export function wrapMessagePort<Port>(port: MessagePort): Port {
  const wrapped = {
    onMessage: null as ((message: unknown) => void) | null,
    post: (message: unknown) => port.postMessage(message),
    close: () => port.close(),
  };
  port.onmessage = (event) => wrapped.onMessage?.(event.data);
  return wrapped as Port;
}
