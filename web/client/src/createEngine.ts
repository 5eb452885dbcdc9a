import { systemClock } from './clock.ts';
import { createWebSocket } from './connection/socket.ts';
import { Engine } from './engine/engine.ts';
import { browserDevice } from './storage/device.ts';

/** An engine as a browser's worker runs it: cookie session, IndexedDB. */
export function createBrowserEngine(): Engine {
  return new Engine({
    baseUrl: location.origin,
    device: browserDevice,
    fetch: (input, init) => fetch(input, init),
    createSocket: createWebSocket,
    clock: systemClock,
    isProgram: false,
    token: undefined,
    onToken: undefined,
  });
}
