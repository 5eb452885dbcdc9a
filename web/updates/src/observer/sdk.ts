import { createParley, type Parley, type SocketLike } from '@parley/client';
import { WebSocket } from 'ws';
import type { Display } from './display.ts';
import type { Counts, Task } from './observed.ts';

/** Three refused sockets with their pauses come before the long poll. */
const PATIENCE_MS = 60_000;

/** The SDK as an application uses it; which way it takes is for the network to decide. */
export async function startSdk(
  task: Task,
  display: Display,
  counts: Counts,
  countedFetch: typeof fetch,
): Promise<() => Promise<void>> {
  class CountingSocket extends WebSocket {
    override send(data: string): void {
      counts.framesOut++;
      super.send(data);
    }
  }
  const parley = createParley({
    baseUrl: task.url,
    token: task.token,
    fetch: countedFetch,
    createSocket: (url, protocol, headers) => {
      const socket = new CountingSocket(url, protocol, { headers });
      socket.on('message', () => counts.framesIn++);
      return socket as unknown as SocketLike;
    },
  });
  await parley.start();
  const transport = task.way === 'longPoll' ? 'longPoll' : 'socket';
  await until('connected', () => {
    const connection = parley.store.get('connection');
    return connection?.state === 'online' && connection.transport === transport;
  });
  await until('the list', () => (parley.store.get('threads')?.ids.length ?? 0) >= task.listed);
  await openThreads(parley, task.activeThreads);
  show(parley, task.activeThreads, display);
  return () => parley.stop();
}

/** Looks into all of them, and stays in the first. */
async function openThreads(parley: Parley, threads: readonly string[]): Promise<void> {
  for (const thread of [...threads].reverse()) {
    parley.openThread(thread);
    await until('its messages', () => (parley.store.get(`messages:${thread}`)?.items.length ?? 0) > 0);
    if (thread !== threads[0]) parley.closeThread(thread);
  }
}

/** Draws what the store tells to draw, when it tells it. */
function show(parley: Parley, threads: readonly string[], display: Display): void {
  for (const thread of threads) {
    const draw = () => display.showRow(thread, parley.store.get(`thread:${thread}`)?.lastSeq ?? 0);
    parley.store.subscribe(`thread:${thread}`, draw);
    draw();
  }
  const open = threads[0] as string;
  const draw = () => display.showMessages(parley.store.get(`messages:${open}`)?.items ?? []);
  parley.store.subscribe(`messages:${open}`, draw);
  draw();
}

async function until(what: string, isSo: () => boolean): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!isSo()) {
    if (Date.now() > end) throw new Error(`not within ${PATIENCE_MS} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
