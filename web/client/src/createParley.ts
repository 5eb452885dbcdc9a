import { type Clock, systemClock } from './clock.ts';
import { type CreateSocket, createWebSocket } from './connection/socket.ts';
import type { Engine, EngineOptions } from './engine/engine.ts';
import type { Parley } from './parley.ts';
import { browserDevice } from './storage/device.ts';
import { MemoryDevice } from './storage/memory.ts';
import type { Device } from './storage/storage.ts';
import { type EngineLink, TabClient } from './tabs/client.ts';
import { readFirstPaint } from './tabs/firstPaint.ts';
import { createLeaderLink } from './tabs/leaderLink.ts';
import { createLocalLink } from './tabs/localLink.ts';
import { holdLock, locks, tabLock } from './tabs/locks.ts';
import { createSharedWorkerLink } from './tabs/sharedWorkerLink.ts';
import { uuidv7 } from './uuid.ts';

export interface ParleyOptions {
  /** Where the server is; the page's own origin if not given. */
  baseUrl?: string;
  /**
   * Makes the SharedWorker that runs the engine for all tabs; its script imports `@parley/client/worker`. The
   * application makes it, so that its bundler sees the worker's URL.
   */
  createWorker?: () => SharedWorker;
  /** A program signs in by token, not by cookie: hand in the one it has, and be told of each new one. */
  token?: string;
  onToken?: (token: string | undefined) => void;
  /** Where things are kept; a browser's IndexedDB, or for programs memory, if not given. */
  device?: Device;
  fetch?: typeof fetch;
  createSocket?: CreateSocket;
  clock?: Clock;
}

/**
 * The SDK. In a page, one engine serves all tabs of the browser: in a SharedWorker, or else in one of the tabs. In a
 * program the engine is this one's own, signs in by token, and forgets everything at the end.
 */
export function createParley(options: ParleyOptions = {}): Parley {
  const isPage = typeof document !== 'undefined';
  const device = options.device ?? (isPage ? browserDevice : new MemoryDevice());
  const tab = uuidv7();
  const createEngine = async (): Promise<Engine> => {
    const { Engine } = await import('./engine/engine.ts');
    return new Engine(engineOptions(options, device, !isPage));
  };
  if (!isPage || options.device !== undefined) {
    return new TabClient(tab, null, createLocalLink(createEngine));
  }
  const createLeader = () =>
    locks() && typeof BroadcastChannel !== 'undefined'
      ? createLeaderLink(tab, createEngine)
      : createLocalLink(createEngine);
  const { createWorker } = options;
  const link =
    createWorker && typeof SharedWorker !== 'undefined'
      ? createSharedWorkerLink(createWorker, createLeader)
      : createLeader();
  const client: TabClient = new TabClient(
    tab,
    locks() ? tabLock(tab) : null,
    afterLock(tabLock(tab), link),
    (open) => readFirstPaint(device, open),
  );
  watchPage(client);
  return client;
}

function engineOptions(options: ParleyOptions, device: Device, isProgram: boolean): EngineOptions {
  return {
    baseUrl: options.baseUrl ?? location.origin,
    device,
    fetch: options.fetch ?? ((input, init) => fetch(input, init)),
    createSocket: options.createSocket ?? createWebSocket,
    clock: options.clock ?? systemClock,
    isProgram,
    token: options.token,
    onToken: options.onToken,
  };
}

/** An engine knows by its lock that a tab lives, so the tab holds it before the engine hears of it. */
function afterLock(name: string, link: EngineLink): EngineLink {
  let release = () => {};
  return {
    connect(onPort) {
      const connect = () => link.connect(onPort);
      holdLock(name).then((held) => {
        release = held;
        connect();
      }, connect);
    },
    onAttached: (lock) => link.onAttached(lock),
    async close() {
      await link.close();
      release();
    },
  };
}

/** A worker hears nothing of sleep, and not everywhere of the network; the page does. */
function watchPage(client: TabClient): void {
  addEventListener('online', () => client.network(true));
  addEventListener('offline', () => client.network(false));
  addEventListener('pageshow', () => client.network(navigator.onLine));
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible' && navigator.onLine) client.network(true);
  });
}
