import { type Clock, systemClock } from './clock.ts';
import { type CreateSocket, createWebSocket } from './connection/socket.ts';
import { Engine } from './engine/engine.ts';
import type { Parley } from './parley.ts';
import { MemoryDevice } from './storage/memory.ts';
import type { Device } from './storage/storage.ts';
import { TabClient } from './tabs/client.ts';
import { createLocalLink } from './tabs/localLink.ts';

export interface ParleyOptions {
  /** Where the server is; the page's own origin if not given. */
  baseUrl?: string;
  /**
   * Makes the SharedWorker that runs the engine for all tabs; its script imports `@parley/client/worker`. The
   * application makes it, so that its bundler sees the worker's URL.
   */
  createWorker?: () => SharedWorker;
  /** A program signs in by token, not by cookie: pass the one it has, and be told of new ones. */
  token?: string;
  onToken?: (token: string | undefined) => void;
  /** `memory` forgets everything at the end; it is what programs use. */
  storage?: 'indexedDb' | 'memory';
  fetch?: typeof fetch;
  createSocket?: CreateSocket;
  clock?: Clock;
  device?: Device;
}

/** The SDK for a program: one engine in this process, signed in by token. */
export function createParley(options: ParleyOptions = {}): Parley {
  const baseUrl = options.baseUrl ?? location.origin;
  const engine = new Engine({
    baseUrl,
    device: options.device ?? new MemoryDevice(),
    fetch: options.fetch ?? ((input, init) => fetch(input, init)),
    createSocket: options.createSocket ?? createWebSocket,
    clock: options.clock ?? systemClock,
    isProgram: typeof document === 'undefined' || options.token !== undefined,
    token: options.token,
    onToken: options.onToken,
  });
  return new TabClient(createLocalLink(engine));
}
