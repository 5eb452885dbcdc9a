import type { ThreadList, ThreadView, UnreadTotal } from '../parley.ts';

/** What decides a thread's place. */
interface Rank {
  id: string;
  isArchived: boolean;
  isPinned: boolean;
  waiting: string;
  activity: number;
  /** What the thread adds to the total. */
  unread: number;
}

/** So many changes at once are sorted as a whole. */
const BULK = 200;

/**
 * The order of the list and the sum of what is unread, kept while threads change one by one: a new message among
 * 10,000 threads moves one id, it does not sort them.
 */
export class ThreadIndex {
  private readonly ranks = new Map<string, Rank>();
  private readonly listed: Rank[] = [];
  private readonly archived: Rank[] = [];
  private messages = 0;
  private threads = 0;
  private list: ThreadList = { ids: [], archivedIds: [], isComplete: false };
  private total: UnreadTotal = { messages: 0, threads: 0 };
  private isListStale = false;

  /** Returns whether the order changed. */
  update(id: string, view: ThreadView | undefined, waiting: string): boolean {
    const held = this.ranks.get(id);
    const rank = view && rankOf(view, waiting);
    this.count(held, -1);
    this.count(rank, 1);
    if (held && rank && samePlace(held, rank)) {
      held.unread = rank.unread;
      return false;
    }
    if (!held && !rank) return false;
    if (held) this.take(held);
    if (rank) this.place(rank);
    this.isListStale = true;
    return true;
  }

  updateAll(views: Iterable<[string, ThreadView | undefined, string]>): void {
    const all = [...views];
    if (all.length < BULK) {
      for (const [id, view, waiting] of all) this.update(id, view, waiting);
      return;
    }
    for (const [id, view, waiting] of all) {
      this.count(this.ranks.get(id), -1);
      const rank = view && rankOf(view, waiting);
      this.count(rank, 1);
      if (rank) this.ranks.set(id, rank);
      else this.ranks.delete(id);
    }
    this.listed.length = 0;
    this.archived.length = 0;
    for (const rank of this.ranks.values()) (rank.isArchived ? this.archived : this.listed).push(rank);
    this.listed.sort(compare);
    this.archived.sort(compare);
    this.isListStale = true;
  }

  threadList(isComplete: boolean): ThreadList {
    if (this.isListStale || this.list.isComplete !== isComplete) {
      this.list = {
        ids: this.listed.map((rank) => rank.id),
        archivedIds: this.archived.map((rank) => rank.id),
        isComplete,
      };
      this.isListStale = false;
    }
    return this.list;
  }

  unreadTotal(): UnreadTotal {
    if (this.total.messages !== this.messages || this.total.threads !== this.threads) {
      this.total = { messages: this.messages, threads: this.threads };
    }
    return this.total;
  }

  clear(): void {
    this.ranks.clear();
    this.listed.length = this.archived.length = 0;
    this.messages = this.threads = 0;
    this.isListStale = true;
  }

  private count(rank: Rank | undefined, sign: 1 | -1): void {
    if (!rank || rank.unread === 0) return;
    this.messages += sign * rank.unread;
    this.threads += sign;
  }

  private take(rank: Rank): void {
    const list = rank.isArchived ? this.archived : this.listed;
    list.splice(placeOf(list, rank), 1);
    this.ranks.delete(rank.id);
  }

  private place(rank: Rank): void {
    const list = rank.isArchived ? this.archived : this.listed;
    list.splice(placeOf(list, rank), 0, rank);
    this.ranks.set(rank.id, rank);
  }
}

function rankOf(view: ThreadView, waiting: string): Rank {
  return {
    id: view.id,
    isArchived: view.archived,
    isPinned: view.pinned,
    waiting,
    activity: view.activity,
    unread: view.muted || view.archived ? 0 : view.unread,
  };
}

function samePlace(a: Rank, b: Rank): boolean {
  return a.isArchived === b.isArchived && compare(a, b) === 0;
}

function compare(a: Rank, b: Rank): number {
  if (a.isPinned !== b.isPinned) return a.isPinned ? -1 : 1;
  if (a.waiting !== b.waiting) return a.waiting > b.waiting ? -1 : 1;
  if (a.activity !== b.activity) return b.activity - a.activity;
  if (a.id === b.id) return 0;
  return a.id > b.id ? -1 : 1;
}

function placeOf(list: readonly Rank[], rank: Rank): number {
  let from = 0;
  let to = list.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (compare(list[middle] as Rank, rank) < 0) from = middle + 1;
    else to = middle;
  }
  return from;
}
