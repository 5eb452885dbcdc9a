import type { Display } from './display.ts';
import type { Task } from './observed.ts';
import { Poller } from './poller.ts';

/** The poller, shown on the same display as the SDK. */
export async function startNaive(
  task: Task,
  display: Display,
  countedFetch: typeof fetch,
): Promise<() => Promise<void>> {
  const open = task.activeThreads[0] as string;
  const get = async <T>(path: string): Promise<T> => {
    const headers = { accept: 'application/json', authorization: `Bearer ${task.token}` };
    const response = await countedFetch(`${task.url}/api${path}`, { headers });
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return (await response.json()) as T;
  };
  return new Promise((resolve) => {
    const poller = new Poller(get, open, () => {
      for (const { id, lastSeq } of poller.threads) display.showRow(id, lastSeq);
      display.showMessages(poller.messages);
      resolve(async () => poller.stop());
    });
    poller.start();
  });
}
