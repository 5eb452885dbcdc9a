import type { Engine } from '../engine/engine.ts';
import { uuidv7 } from '../uuid.ts';
import { holdLock, locks } from './locks.ts';
import type { EnginePort } from './port.ts';
import { wrapMessagePort } from './sharedWorkerLink.ts';

/** Runs the engine in a SharedWorker: every tab that connects gets a port of its own. */
export function serveTabs(scope: SharedWorkerGlobalScope, engine: Engine): void {
  const lock = locks() ? `parley-engine-${uuidv7()}` : null;
  if (lock !== null) void holdLock(lock);
  scope.onconnect = (event) => {
    const port = event.ports[0];
    if (port) engine.attach(wrapMessagePort<EnginePort>(port), lock);
  };
  scope.addEventListener('online', () => engine.onNetwork(true));
  scope.addEventListener('offline', () => engine.onNetwork(false));
  void engine.start();
}
