import { RequestError, unavailable } from '../http.ts';
import type { MessagesView } from '../parley.ts';
import type { Message, MessagePage, Problem } from '../protocol.ts';
import { findSeq, mergeMessages } from '../replica/threadWindow.ts';
import { messagesView } from '../views/messagesView.ts';
import type { Account } from './account.ts';

/** A stored message so near is reached through storage, not by a jump. */
const NEAR = 1000;
const PAGE = '100';

/** A stretch of the history apart from the run: shown, not kept (C3). */
interface Jump {
  items: readonly Message[];
  low: number;
  olderPageToken: string | undefined;
  newerPageToken: string | undefined;
}

const nothing: MessagesView = {
  items: [],
  hasOlder: false,
  hasNewer: false,
  isLoading: true,
  unreadFrom: null,
  error: null,
};

/** A thread as one tab shows it: the run, or where the tab jumped to. */
export class OpenThread {
  private jump: Jump | null = null;
  /** The messages are neither in memory nor in storage. */
  private isFetching = false;
  private windowLoading: Promise<void> | null = null;
  private error: Problem | null = null;
  /** What was read when the tab opened the thread; null if all of it was, undefined while nothing is known. */
  private unreadAfter: number | null | undefined;
  private unreadFrom: number | null = null;
  private last: MessagesView | undefined;
  private readonly thread: string;
  private readonly account: Account;
  private readonly onChange: () => void;

  constructor(thread: string, account: Account, onChange: () => void) {
    this.thread = thread;
    this.account = account;
    this.onChange = onChange;
  }

  async open(): Promise<void> {
    this.unreadFrom = null;
    this.unreadAfter = undefined;
    await this.loadWindow();
  }

  /** Gets the newest messages, from wherever they are. */
  loadWindow(): Promise<void> {
    this.windowLoading ??= this.track(() =>
      this.account.loadWindow(this.thread, () => {
        this.isFetching = true;
        this.onChange();
      }),
    ).finally(() => {
      this.isFetching = false;
      this.windowLoading = null;
    });
    return this.windowLoading;
  }

  /** Gets them if they are missing: they could not be fetched before, or what was there is no more. */
  async reload(): Promise<void> {
    await this.windowLoading;
    if (!this.account.replica.windows.has(this.thread)) await this.loadWindow();
  }

  loadOlder(): Promise<void> {
    if (this.isMissing) return this.loadWindow();
    return this.track(async () => {
      const { jump, account, thread } = this;
      if (jump) await this.extend(jump, jump.olderPageToken);
      else if (!(await account.loadStored(thread))) await account.fetchOlder(thread);
    });
  }

  loadNewer(): Promise<void> {
    if (this.isMissing) return this.loadWindow();
    return this.track(async () => {
      const { jump } = this;
      if (!jump) return;
      await this.extend(jump, jump.newerPageToken);
      this.join();
    });
  }

  loadAround(seq: number): Promise<void> {
    return this.track(async () => {
      const { account, thread } = this;
      await account.loadWindow(thread);
      for (;;) {
        const window = account.replica.windows.get(thread);
        if (!window || seq < window.low || window.loadedFrom - seq > NEAR) break;
        if (seq >= window.loadedFrom) {
          this.leaveJump();
          return;
        }
        if (!(await account.loadStored(thread))) break;
      }
      await this.fetchPage({ around: String(seq), limit: PAGE }, (page) => {
        const items = this.ascending(page);
        const low = page.olderPageToken === undefined ? this.first : (items[0]?.seq ?? seq);
        const { olderPageToken, newerPageToken } = page;
        this.jump = { items, low, olderPageToken, newerPageToken };
        this.join();
      });
    });
  }

  loadNewest(): Promise<void> {
    this.leaveJump();
    return this.loadWindow();
  }

  leaveJump(): void {
    if (!this.jump) return;
    this.jump = null;
    this.onChange();
  }

  /** Nothing that was shown is true any more. */
  forget(): void {
    this.jump = null;
    this.last = undefined;
    this.unreadFrom = null;
    this.unreadAfter = undefined;
    this.onChange();
  }

  /** Changes of the thread's messages: the run has them, a jump must follow. */
  onMessages(messages: readonly Message[]): void {
    const { jump } = this;
    if (!jump) return;
    const held = messages.filter((message) => findSeq(jump.items, message.seq));
    this.jump = { ...jump, items: mergeMessages(jump.items, held) };
  }

  view(): MessagesView | undefined {
    const { account, thread, jump } = this;
    const { replica } = account;
    const head = replica.heads.get(thread);
    if (!head || !replica.me) {
      this.last = undefined;
      return this.isFetching || this.error
        ? { ...nothing, isLoading: this.isFetching, error: this.error }
        : undefined;
    }
    if (this.unreadAfter === undefined) this.unreadAfter = head.unread > 0 ? head.readSeq : null;
    const window = replica.windows.get(thread);
    const isKnown = jump !== null || (window !== undefined && window.loadedFrom !== Number.MAX_SAFE_INTEGER);
    const items = jump ? jump.items : isKnown ? window?.items : undefined;
    // Storage answers in a moment; until then nothing is better than a spinner over what is drawn already.
    if (!isKnown && !this.isFetching && !this.error) return this.last;
    this.findUnread(items);
    this.last = messagesView(
      {
        head,
        items,
        entries: account.outbox.of(thread),
        hasOlder: isKnown && (jump ? jump.low : (window?.loadedFrom ?? 1)) > this.first,
        hasNewer: jump !== null,
        isLoading: !isKnown && this.isFetching,
        unreadFrom: this.unreadFrom,
        error: this.error,
        context: account.context,
      },
      this.last,
    );
    return this.last;
  }

  /** Nothing could be fetched yet: that comes before what is older or newer, and its error stays until it could. */
  private get isMissing(): boolean {
    return !this.jump && !this.account.replica.windows.has(this.thread);
  }

  private get first(): number {
    return this.account.replica.clearedSeq(this.thread) + 1;
  }

  private findUnread(items: readonly Message[] | undefined): void {
    const { unreadAfter } = this;
    if (unreadAfter == null || this.unreadFrom !== null || !items) return;
    const myId = this.account.replica.me?.id;
    const found = items.find((item) => item.seq > unreadAfter && item.from !== myId && !item.deleted);
    this.unreadFrom = found?.seq ?? null;
  }

  private async extend({ olderPageToken }: Jump, pageToken: string | undefined): Promise<void> {
    if (pageToken === undefined) return;
    await this.fetchPage({ pageToken, limit: PAGE }, (page) => {
      const now = this.jump;
      // Left, or moved elsewhere, while the page was under way.
      if (!now || (now.olderPageToken !== pageToken && now.newerPageToken !== pageToken)) return;
      const items = mergeMessages(now.items, this.ascending(page));
      this.jump =
        pageToken === olderPageToken
          ? {
              ...now,
              items,
              low: page.olderPageToken === undefined ? this.first : (items[0]?.seq ?? now.low),
              olderPageToken: page.olderPageToken,
            }
          : { ...now, items, newerPageToken: page.newerPageToken };
    });
  }

  /** The jump reached the run: one stretch again. */
  private join(): void {
    const { jump, account, thread } = this;
    const window = account.replica.windows.get(thread);
    const newest = jump?.items.at(-1);
    if (!jump || !window) return;
    if (jump.newerPageToken !== undefined && (newest?.seq ?? 0) + 1 < window.loadedFrom) return;
    account.replica.applyJoined(thread, jump.low, jump.items, jump.olderPageToken);
    this.jump = null;
  }

  /**
   * Hands over a page that is at least as new as the run, so that the run's changes keep it true from here on: in the same turn, as
   * changes that came between would pass it by. A page of another epoch goes to nobody.
   */
  private async fetchPage(query: Record<string, string>, take: (page: MessagePage) => void): Promise<void> {
    const { account, thread } = this;
    for (let attempt = 0; attempt < 5; attempt++) {
      const page = await account.fetchMessages(thread, new URLSearchParams(query));
      if (page.epoch !== account.replica.epoch) return;
      const window = account.replica.windows.get(thread);
      if (!window) {
        await account.loadWindow(thread);
      } else if (page.revision >= window.revision) {
        take(page);
        return;
      }
    }
    throw new RequestError(unavailable('The history kept changing while it was read.'));
  }

  private ascending(page: MessagePage): Message[] {
    return page.messages.filter((message) => message.seq >= this.first).reverse();
  }

  private async track(work: () => Promise<void>): Promise<void> {
    this.error = null;
    this.onChange();
    try {
      await work();
    } catch (error) {
      this.error = error instanceof RequestError ? error.problem : unavailable(String(error));
    } finally {
      this.onChange();
    }
  }
}
