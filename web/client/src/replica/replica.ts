import type {
  Bootstrap,
  ChangesFrame,
  Head,
  Me,
  Message,
  MessagePage,
  ThreadChanges,
  ThreadPage,
} from '../protocol.ts';
import { mergeMessages, type ThreadWindow, trimWindow } from './threadWindow.ts';

/** Who must know when the replica changes: the views and the write-behind. */
export interface ReplicaObserver {
  onHead(id: string, head: Head | undefined): void;
  onWindow(thread: string, window: ThreadWindow | undefined): void;
  /** Messages that are new to the run, in memory or below it. */
  onMessages(thread: string, messages: readonly Message[]): void;
  /** Every message of a change that the run took part in, older ones too: other views of the thread follow it. */
  onChanges(thread: string, messages: readonly Message[]): void;
  onMe(me: Me): void;
  /** Another life of the database began: everything cached is gone (S7). */
  onCleared(): void;
}

export type FrameResult = 'applied' | 'old' | 'gap';

/** The part of the replica that storage keeps beside heads and messages. */
export interface ReplicaState {
  epoch: string;
  version: number;
  me: Me;
  /** Whether every thread of the list is held; a bootstrap that was cut short is begun again. */
  isComplete: boolean;
}

/**
 * What the server told, and nothing else. Heads and windows are values that are replaced, never mutated. Everything
 * that arrives passes one of the apply… methods; they hold the rules C1–C3, neither wait nor fetch, and can be given
 * the same thing twice, late, or out of order.
 */
export class Replica {
  epoch: string | null = null;
  version = 0;
  me: Me | null = null;
  readonly heads = new Map<string, Head>();
  readonly windows = new Map<string, ThreadWindow>();
  /** Where the thread list goes on, while a bootstrap is still loading it. */
  nextPageToken: string | null = null;
  isComplete = false;
  /** Counts bootstraps, so that a page of an earlier one is known and dropped. */
  generation = 0;

  /** Held before the bootstrap began and not seen since; what is left at its end is gone. */
  private unconfirmed = new Set<string>();
  /** Whether changes can follow: not so after a restart in the middle of a bootstrap. */
  private isPositioned = false;
  /** Threads that went while a bootstrap was loading, by version: what was read earlier must not bring them back. */
  private departed = new Map<string, number>();
  private readonly observer: ReplicaObserver;

  constructor(observer: ReplicaObserver) {
    this.observer = observer;
  }

  /** Where this replica stands, or null if it must bootstrap first. */
  get position(): { epoch: string; version: number } | null {
    return this.epoch === null || !this.isPositioned ? null : { epoch: this.epoch, version: this.version };
  }

  /** Takes over what was stored. */
  restore(state: ReplicaState, heads: Iterable<Head>): void {
    this.version = state.version;
    this.me = state.me;
    this.isComplete = state.isComplete;
    this.heads.clear();
    this.windows.clear();
    this.unconfirmed.clear();
    for (const head of heads) this.heads.set(head.id, head);
    this.epoch = state.epoch;
    // Without the whole list the version means nothing: the rest would never be learned.
    this.isPositioned = state.isComplete;
    this.generation++;
    this.nextPageToken = null;
  }

  /** The one door for what the server pushes (C1). */
  applyFrame(frame: ChangesFrame): FrameResult {
    if (frame.epoch !== this.epoch) return 'gap';
    if (frame.to <= this.version) return 'old';
    if (frame.from > this.version) return 'gap';
    for (const head of frame.threads) this.applyHead(head);
    for (const { id, version } of frame.gone) this.applyGone(id, version);
    for (const part of frame.messages) {
      this.applyMessages(part.thread, part.from, part.revision, part.items);
    }
    if (frame.me) this.applyMe(frame.me);
    this.version = frame.to;
    return 'applied';
  }

  /**
   * The first page of a fresh list. Its version was read before its rows, so the changes since then are still to come
   * and will also tell what happens to the pages that are not loaded yet.
   */
  applyBootstrap(bootstrap: Bootstrap): void {
    if (bootstrap.epoch !== this.epoch && this.epoch !== null) this.clear();
    this.epoch = bootstrap.epoch;
    this.isPositioned = true;
    this.version = bootstrap.version;
    this.generation++;
    this.isComplete = false;
    this.unconfirmed = new Set(this.heads.keys());
    this.departed.clear();
    this.applyMe(bootstrap.me);
    this.takeList(bootstrap.threads, bootstrap.nextPageToken);
  }

  /** A further page of the list that the bootstrap of that generation began. */
  applyThreadPage(page: ThreadPage, generation: number): void {
    if (page.epoch !== this.epoch || generation !== this.generation) return;
    this.takeList(page.threads, page.nextPageToken);
  }

  private takeList(heads: readonly Head[], nextPageToken: string | undefined): void {
    for (const head of heads) this.applyHead(head);
    this.nextPageToken = nextPageToken ?? null;
    if (nextPageToken !== undefined) return;
    for (const id of this.unconfirmed) this.removeThread(id);
    this.unconfirmed.clear();
    this.departed.clear();
    this.isComplete = true;
  }

  /** A head from a frame, a page or an answer: the last writer by version wins. */
  applyHead(head: Head): void {
    const held = this.heads.get(head.id);
    if (!held && this.hasDeparted(head)) return;
    this.unconfirmed.delete(head.id);
    if (held && held.version >= head.version) return;
    this.heads.set(head.id, head);
    const window = this.windows.get(head.id);
    if (window && window.low <= head.clearedSeq) this.setWindow(head.id, trimWindow(window, head.clearedSeq));
    this.observer.onHead(head.id, head);
  }

  /** Whether the thread went after this head was read. A whole list at a version has every thread that was there then (S4). */
  private hasDeparted({ id, version }: Head): boolean {
    return version <= (this.isComplete ? this.version : (this.departed.get(id) ?? -1));
  }

  private applyGone(id: string, version: number): void {
    if (!this.isComplete) this.departed.set(id, version);
    const held = this.heads.get(id);
    if (held && held.version > version) return;
    this.removeThread(id);
  }

  removeThread(id: string): void {
    this.unconfirmed.delete(id);
    if (!this.heads.delete(id)) return;
    // The stored run goes too, whether or not it is in memory.
    this.windows.delete(id);
    this.observer.onWindow(id, undefined);
    this.observer.onHead(id, undefined);
  }

  /** The user's own profile, from a frame or an answer. */
  applyMe(me: Me): void {
    this.me = me;
    this.observer.onMe(me);
  }

  applyMessages(thread: string, from: number, revision: number, items: readonly Message[]): void {
    const window = this.windows.get(thread);
    if (!window || revision <= window.revision) return;
    // C2: something between this window and these changes is missing; the thread stays behind until it is fetched.
    if (from > window.revision) return;
    this.mergeInto(thread, window, items, revision);
  }

  /** The answer to GET …/changes, asked from the window's revision. Returns whether there is more to ask for. */
  applyThreadChanges(thread: string, changes: ThreadChanges): boolean {
    const window = this.windows.get(thread);
    if (changes.epoch !== this.epoch || !window) return false;
    if (!changes.reset) {
      this.applyMessages(thread, changes.from, changes.revision, changes.messages);
      return changes.more;
    }
    if (changes.revision > window.revision)
      this.replaceWindow(thread, changes.revision, changes.messages, undefined);
    return false;
  }

  /** The newest page. It begins a window, or replaces one of an older revision. */
  applyNewestPage(thread: string, page: MessagePage): void {
    if (page.epoch !== this.epoch || !this.heads.has(thread)) return;
    const window = this.windows.get(thread);
    if (window && page.revision <= window.revision) return;
    this.replaceWindow(thread, page.revision, page.messages, page.olderPageToken ?? null);
  }

  /**
   * A page that continues the window below `low`. Returns false if it must be asked again: it was read before changes
   * that the window already has (C3).
   */
  applyOlderPage(thread: string, low: number, page: MessagePage): boolean {
    const window = this.windows.get(thread);
    if (page.epoch !== this.epoch || window?.low !== low) return true;
    if (page.revision < window.revision) return false;
    const cleared = this.clearedSeq(thread);
    const added = page.messages.filter((message) => message.seq > cleared && message.seq < low).reverse();
    const next = page.olderPageToken === undefined ? cleared + 1 : (added[0]?.seq ?? low);
    // A run that lies in storage from its low end on stays there: what is in memory must be contiguous too.
    const isLoaded = window.loadedFrom <= low;
    this.setWindow(thread, {
      low: next,
      loadedFrom: isLoaded ? next : window.loadedFrom,
      revision: window.revision,
      items: isLoaded ? mergeMessages(added, window.items) : window.items,
      ...(page.olderPageToken === undefined ? {} : { olderPageToken: page.olderPageToken }),
    });
    this.observer.onMessages(thread, added);
    return true;
  }

  /** Messages of the run that storage held, now wanted in memory. */
  applyStored(thread: string, from: number, stored: readonly Message[]): void {
    const window = this.windows.get(thread);
    if (!window || from >= window.loadedFrom) return;
    const loadedFrom = Math.max(from, window.low);
    const added = stored.filter((message) => message.seq >= loadedFrom);
    this.setWindow(thread, { ...window, loadedFrom, items: mergeMessages(window.items, added) });
  }

  /**
   * Messages that were read elsewhere in the history and now meet the run. They were kept up with the run's changes,
   * so they are of its revision.
   */
  applyJoined(thread: string, low: number, messages: readonly Message[], olderPageToken?: string): void {
    const window = this.windows.get(thread);
    const newest = messages.at(-1)?.seq ?? 0;
    if (!window || newest + 1 < window.loadedFrom) return;
    const isLonger = low < window.low;
    const { olderPageToken: held, ...rest } = window;
    const token = isLonger ? olderPageToken : held;
    this.setWindow(thread, {
      ...rest,
      low: Math.min(low, window.low),
      loadedFrom: Math.min(low, window.loadedFrom),
      items: mergeMessages(messages, window.items),
      ...(token === undefined ? {} : { olderPageToken: token }),
    });
    this.observer.onMessages(thread, messages);
  }

  /** The answer to an own edit, deletion or reaction: a whole state that the window may show before the push comes. */
  applyMessage(thread: string, message: Message): void {
    const window = this.windows.get(thread);
    const newest = window?.items.at(-1);
    if (window && newest && message.seq <= newest.seq) {
      this.mergeInto(thread, window, [message], window.revision);
    }
  }

  /** Takes a stored window into memory, still without its messages. */
  adoptWindow(thread: string, stored: { low: number; revision: number; olderPageToken?: string }): void {
    const head = this.heads.get(thread);
    if (!head || this.windows.has(thread)) return;
    const window: ThreadWindow = { ...stored, loadedFrom: Number.MAX_SAFE_INTEGER, items: [] };
    this.windows.set(thread, trimWindow(window, head.clearedSeq));
  }

  /** Forgets a window in memory; storage keeps it. */
  evictWindow(thread: string): void {
    this.windows.delete(thread);
  }

  /** The server does not take the token any more. */
  forgetPageToken(thread: string): void {
    const window = this.windows.get(thread);
    if (!window) return;
    const { olderPageToken: _, ...rest } = window;
    this.setWindow(thread, rest);
  }

  /** The server has message changes that the window lacks. */
  isBehind(thread: string): boolean {
    const window = this.windows.get(thread);
    const head = this.heads.get(thread);
    return window !== undefined && head !== undefined && window.revision < head.revision;
  }

  clearedSeq(thread: string): number {
    return this.heads.get(thread)?.clearedSeq ?? 0;
  }

  private clear(): void {
    this.heads.clear();
    this.windows.clear();
    this.unconfirmed.clear();
    this.observer.onCleared();
  }

  private replaceWindow(
    thread: string,
    revision: number,
    newestFirst: readonly Message[],
    olderPageToken: string | null | undefined,
  ): void {
    const cleared = this.clearedSeq(thread);
    const items = newestFirst.filter((message) => message.seq > cleared).sort((a, b) => a.seq - b.seq);
    // A page that says it is the last one (null) reaches down to the first message that this user may see.
    const low = olderPageToken === null ? cleared + 1 : (items[0]?.seq ?? cleared + 1);
    this.observer.onWindow(thread, undefined);
    this.setWindow(thread, {
      low,
      loadedFrom: low,
      revision,
      items,
      ...(typeof olderPageToken === 'string' ? { olderPageToken } : {}),
    });
    this.observer.onMessages(thread, items);
  }

  private mergeInto(thread: string, window: ThreadWindow, items: readonly Message[], revision: number): void {
    const inRun = items.filter((message) => message.seq >= window.low);
    const loaded = inRun.filter((message) => message.seq >= window.loadedFrom);
    this.setWindow(thread, { ...window, revision, items: mergeMessages(window.items, loaded) });
    if (inRun.length > 0) this.observer.onMessages(thread, inRun);
    this.observer.onChanges(thread, items);
  }

  private setWindow(thread: string, window: ThreadWindow): void {
    this.windows.set(thread, window);
    this.observer.onWindow(thread, window);
  }
}
