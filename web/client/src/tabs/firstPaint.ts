import type { OutboxEntry } from '../outbox/entry.ts';
import type { Device, Storage } from '../storage/storage.ts';
import { messagesView } from '../views/messagesView.ts';
import { ThreadIndex } from '../views/threadIndex.ts';
import { threadView, type ViewContext, waitingRank } from '../views/threadView.ts';
import type { Patch } from './patch.ts';

/**
 * What the device has stored, read without waiting for an engine: the top of the list and the newest messages of the
 * threads that the tab opens. Empty if nobody is signed in here.
 */
export async function readFirstPaint(device: Device, open: readonly string[]): Promise<Patch[]> {
  const userId = await device.currentUser();
  if (userId === null) return [];
  const storage = await device.open(userId);
  try {
    return await read(storage, open);
  } finally {
    storage.close();
  }
}

async function read(storage: Storage, open: readonly string[]): Promise<Patch[]> {
  const [state, heads, entries, drafts, ...opened] = await Promise.all([
    storage.loadState(),
    storage.loadRecentHeads(),
    storage.loadOutbox(),
    storage.loadDrafts(),
    ...open.map((thread) => readNewest(storage, thread)),
  ]);
  if (!state) return [];
  const context: ViewContext = { myId: state.me.id, isOnline: false };
  const byThread = new Map<string, OutboxEntry[]>();
  for (const entry of entries) {
    const held = byThread.get(entry.thread);
    if (held) held.push(entry);
    else byThread.set(entry.thread, [entry]);
  }
  const index = new ThreadIndex();
  const patches: Patch[] = [{ key: 'session', value: { state: 'signedIn', me: state.me } }];
  for (const head of heads) {
    const waiting = byThread.get(head.id) ?? [];
    const view = threadView(head, waiting, context);
    index.update(head.id, view, waitingRank(waiting));
    if (view) patches.push({ key: `thread:${head.id}`, value: view });
  }
  patches.push({ key: 'threads', value: index.threadList(false) });
  for (const [thread, draft] of drafts) patches.push({ key: `draft:${thread}`, value: draft });
  for (const { thread, window, stored } of opened) {
    const head = heads.find(({ id }) => id === thread);
    if (!head || !window) continue;
    const { from, messages } = stored;
    const low = Math.max(from, window.low, head.clearedSeq + 1);
    const items = messages.filter((message) => message.seq >= low);
    const unread =
      head.unread > 0 ? items.find((m) => m.seq > head.readSeq && m.from !== context.myId) : undefined;
    const view = messagesView(
      {
        head,
        items,
        entries: byThread.get(thread) ?? [],
        hasOlder: low > head.clearedSeq + 1,
        hasNewer: false,
        isLoading: false,
        unreadFrom: unread?.seq ?? null,
        error: null,
        context,
      },
      undefined,
    );
    patches.push({ key: `messages:${thread}`, value: view });
  }
  return patches;
}

async function readNewest(storage: Storage, thread: string) {
  const [window, stored] = await Promise.all([
    storage.loadWindow(thread),
    storage.loadMessages(thread, Number.MAX_SAFE_INTEGER),
  ]);
  return { thread, window, stored };
}
