import { isSend, type OutboxEntry } from '../outbox/entry.ts';
import type { MessagesView, MessageView } from '../parley.ts';
import type { Head, Message, Problem } from '../protocol.ts';
import { same } from './same.ts';
import { deliveryOf, stateOfWaiting, type ViewContext } from './threadView.ts';

export interface MessagesSource {
  head: Head;
  /** Undefined while nothing is known. */
  items: readonly Message[] | undefined;
  entries: readonly OutboxEntry[];
  hasOlder: boolean;
  hasNewer: boolean;
  isLoading: boolean;
  unreadFrom: number | null;
  error: Problem | null;
  context: ViewContext;
}

/** Views of messages by the message they were made of, so that what did not change stays the same object. */
const made = new WeakMap<Message, MessageView>();
const laidOver = new WeakMap<Message, MessageView>();
const waiting = new WeakMap<OutboxEntry, MessageView>();

/** What the items of a view were made of. */
interface Origin {
  items: readonly Message[];
  /** Changes from the outbox lie over some of them. */
  hasChanges: boolean;
  readSeq: number;
  deliveredSeq: number;
}

const origins = new WeakMap<MessagesView, Origin>();

/** A thread's messages as a tab shows them; `previous` is given back if nothing changed. */
export function messagesView(source: MessagesSource, previous: MessagesView | undefined): MessagesView {
  const { head, entries, context, hasNewer } = source;
  const changes = new Map<number, OutboxEntry[]>();
  for (const entry of entries) {
    if (!('seq' in entry.act) || entry.act.kind === 'read') continue;
    const held = changes.get(entry.act.seq);
    if (held) held.push(entry);
    else changes.set(entry.act.seq, [entry]);
  }
  const origin: Origin = {
    items: source.items ?? [],
    hasChanges: changes.size > 0,
    readSeq: head.peerReadSeq,
    deliveredSeq: head.peerDeliveredSeq,
  };
  const items = unchangedItems(origin, previous);
  for (let index = items.length; index < origin.items.length; index++) {
    const message = origin.items[index] as Message;
    const over = changes.get(message.seq);
    items.push(over ? viewWithChanges(message, over, head, context) : viewOf(message, head, context));
  }
  // Far back in the history the waiting messages would look as if they followed what is shown there.
  if (!hasNewer) {
    for (const entry of entries) if (isSend(entry)) items.push(viewOfWaiting(entry, context));
  }
  const view: MessagesView = {
    items: previous && sameItems(previous.items, items) ? previous.items : items,
    hasOlder: source.hasOlder,
    hasNewer,
    isLoading: source.isLoading,
    unreadFrom: source.unreadFrom,
    error: source.error,
  };
  const isSame =
    previous?.items === view.items &&
    previous.hasOlder === view.hasOlder &&
    previous.hasNewer === view.hasNewer &&
    previous.isLoading === view.isLoading &&
    previous.unreadFrom === view.unreadFrom &&
    previous.error === view.error;
  const result = isSame ? previous : view;
  origins.set(result, origin);
  return result;
}

/** The views that can be taken over as they are: a message that arrives at the end of a long run costs no look at each. */
function unchangedItems(now: Origin, previous: MessagesView | undefined): MessageView[] {
  const before = previous && origins.get(previous);
  const isAlike =
    before &&
    !before.hasChanges &&
    !now.hasChanges &&
    before.readSeq === now.readSeq &&
    before.deliveredSeq === now.deliveredSeq;
  if (!isAlike) return [];
  let count = 0;
  while (count < now.items.length && now.items[count] === before.items[count]) count++;
  return previous.items.slice(0, count);
}

function sameItems(a: readonly MessageView[], b: readonly MessageView[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

function viewOf(message: Message, head: Head, context: ViewContext): MessageView {
  const isMine = message.from === context.myId;
  const state = isMine && !message.deleted ? deliveryOf(message, head) : undefined;
  const held = made.get(message);
  if (held && held.isMine === isMine && held.state === state) return held;
  const view = {
    ...message,
    key: `${message.from}:${message.cid}`,
    isMine,
    ...(state === undefined ? {} : { state }),
  };
  made.set(message, view);
  return view;
}

function viewWithChanges(
  message: Message,
  entries: readonly OutboxEntry[],
  head: Head,
  context: ViewContext,
): MessageView {
  let view: MessageView = { ...viewOf(message, head, context) };
  for (const { act, error } of entries) {
    if (error) {
      view = { ...view, error };
      continue;
    }
    view.isChanging = true;
    if (act.kind === 'edit') view.text = act.text;
    if (act.kind === 'delete') {
      const { reactions: _reactions, replyTo: _replyTo, ...rest } = view;
      view = { ...rest, text: '', deleted: true };
    }
    if (act.kind === 'react') view.reactions = withReaction(view.reactions, act.emoji, context.myId, act.on);
  }
  const held = laidOver.get(message);
  if (held && same(held, view)) return held;
  laidOver.set(message, view);
  return view;
}

function withReaction(
  reactions: Record<string, string[]> = {},
  emoji: string,
  userId: string,
  on: boolean,
): Record<string, string[]> {
  const others = (reactions[emoji] ?? []).filter((id) => id !== userId);
  const { [emoji]: _, ...rest } = reactions;
  const userIds = on ? [...others, userId] : others;
  return userIds.length > 0 ? { ...rest, [emoji]: userIds } : rest;
}

function viewOfWaiting(entry: OutboxEntry & { act: { kind: 'send' } }, context: ViewContext): MessageView {
  const state = stateOfWaiting(entry, context.isOnline);
  const held = waiting.get(entry);
  if (held?.state === state) return held;
  const { text, replyTo } = entry.act as { text: string; replyTo?: number };
  const view: MessageView = {
    seq: 0,
    cid: entry.id,
    from: context.myId,
    text,
    at: entry.at,
    revision: 0,
    key: `${context.myId}:${entry.id}`,
    isMine: true,
    state,
    ...(replyTo === undefined ? {} : { replyTo }),
    ...(entry.error ? { error: entry.error } : {}),
  };
  waiting.set(entry, view);
  return view;
}
