import { backoffMs } from '../backoff.ts';
import type { Clock } from '../clock.ts';
import { Connection } from '../connection/connection.ts';
import type { CreateSocket } from '../connection/socket.ts';
import { type Http, RequestError } from '../http.ts';
import type { OutboxEntry } from '../outbox/entry.ts';
import { Outbox } from '../outbox/outbox.ts';
import { Sender } from '../outbox/sender.ts';
import { isSettled } from '../outbox/settle.ts';
import type { ConnectionState, Draft, StoreKey, ThreadView } from '../parley.ts';
import type {
  Bootstrap,
  ChangesFrame,
  Head,
  Me,
  Message,
  MessagePage,
  ServerFrame,
  ThreadChanges,
  ThreadPage,
} from '../protocol.ts';
import { Replica, type ReplicaState } from '../replica/replica.ts';
import { mergeMessages } from '../replica/threadWindow.ts';
import type { Storage } from '../storage/storage.ts';
import { WriteBehind } from '../storage/writeBehind.ts';
import { ThreadIndex } from '../views/threadIndex.ts';
import { threadView, type ViewContext, waitingRank } from '../views/threadView.ts';
import { Fleeting } from './fleeting.ts';

/** Windows kept in memory and named in `hello`, so that a catch-up brings their messages along. */
const HOT = 50;
const LIST_PAGE = 200;
/** Between two pages of the list that nobody waits for. */
const LIST_PAUSE_MS = 50;
/** How long a thread that is not shown may stay behind. */
const IDLE_MS = 2_000;
const AGAIN_MS = 2_000;

export interface AccountOptions {
  userId: string;
  me: Me | null;
  storage: Storage;
  http: Http;
  clock: Clock;
  createSocket: CreateSocket;
  socketUrl: string;
  socketHeaders(): Record<string, string>;
}

export interface AccountHost {
  onChange(key: StoreKey): void;
  /** Messages changed that a tab may show from elsewhere than the run. */
  onMessages(thread: string, messages: readonly Message[]): void;
  /** The run was replaced or dropped. */
  onRunDropped(thread: string): void;
  /** The whole cache was dropped. */
  onCleared(): void;
  /** What open threads lack can be fetched, now that the server answers or the list was read. */
  onReachable(): void;
  openThreads(): Iterable<string>;
  onEnded(): void;
}

/** Everything that belongs to the user who is signed in: replica, outbox, their storage, and the way to the server. */
export class Account {
  readonly replica: Replica;
  readonly outbox: Outbox;
  readonly fleeting: Fleeting;
  readonly connection: Connection;
  readonly drafts = new Map<string, Draft>();
  connectionState: Omit<ConnectionState, 'waiting'>;
  private readonly index = new ThreadIndex();
  private readonly views = new Map<string, ThreadView>();
  private readonly staleViews = new Set<string>();
  private readonly sender: Sender;
  private writeBehind: WriteBehind;
  /** Threads by when they were last used, the latest last. */
  private readonly recent = new Set<string>();
  private readonly fetching = new Map<string, Promise<void>>();
  /** What arrives while stored messages are being read, and may not be among them. */
  private readonly arriving = new Map<string, Message[]>();
  private isBootstrapNeeded = false;
  private isBootstrapping = false;
  private loadingPage: Promise<void> | null = null;
  private idleTimer: unknown;
  private againTimer: unknown;
  private isStopped = false;
  private isActive = true;
  private watched: readonly string[] = [];
  private readonly options: AccountOptions;
  private readonly host: AccountHost;

  constructor(options: AccountOptions, host: AccountHost) {
    const { clock, http, storage } = options;
    this.options = options;
    this.host = host;
    this.connectionState = { state: 'connecting', since: clock.now(), transport: 'socket' };
    this.writeBehind = this.createWriteBehind(storage);
    this.replica = new Replica({
      onHead: (id, head) => {
        this.writeBehind.putHead(id, head);
        this.touchThread(id);
      },
      onWindow: (thread, window) => {
        if (window) this.writeBehind.putWindow(thread, window);
        else {
          this.writeBehind.dropWindow(thread);
          host.onRunDropped(thread);
        }
        host.onChange(`messages:${thread}`);
      },
      onMessages: (thread, messages) => this.onMessages(thread, messages),
      onChanges: (thread, messages) => host.onMessages(thread, messages),
      onMe: () => {
        this.writeBehind.touch();
        host.onChange('session');
      },
      onCleared: () => this.onCleared(),
    });
    this.replica.me = options.me;
    this.outbox = new Outbox(storage, (thread) => {
      this.touchThread(thread);
      host.onChange('connection');
    });
    this.fleeting = new Fleeting(clock, (key) => host.onChange(key));
    this.sender = new Sender(this.outbox, http, clock, {
      isReachable: () => this.context.isOnline,
      isLive: () => this.connection.isLive,
      sendFrame: (frame) => this.connection.send(frame),
      onMessage: (thread, message) => this.replica.applyMessage(thread, message),
      onHead: (head) => this.replica.applyHead(head),
      headVersion: (thread) => this.headVersion(thread),
      onThreadDeleted: (thread, version) => this.onThreadDeleted(thread, version),
      onEnded: () => host.onEnded(),
    });
    this.connection = new Connection(
      {
        url: options.socketUrl,
        headers: options.socketHeaders,
        createSocket: options.createSocket,
        http,
        clock,
      },
      {
        position: () => (this.isBootstrapNeeded ? null : this.replica.position),
        hot: () => this.hot(),
        storedVersion: () => this.writeBehind.storedVersion ?? this.replica.version,
        onFrame: (frame) => this.onFrame(frame),
        onState: (state, transport) => this.onConnectionState(state, transport),
        onLive: () => this.onLive(),
        onEnded: () => host.onEnded(),
      },
    );
  }

  /** Takes over what this device has stored. */
  async load(): Promise<void> {
    const { storage } = this.options;
    const [state, heads, entries, drafts, windows] = await Promise.all([
      storage.loadState(),
      storage.loadHeads(),
      storage.loadOutbox(),
      storage.loadDrafts(),
      storage.loadRecentWindows(HOT),
    ]);
    this.writeBehind.begin(state);
    if (state) this.replica.restore({ ...state, me: this.options.me ?? state.me }, heads);
    for (const [thread, window] of [...windows].reverse()) {
      this.replica.adoptWindow(thread, window);
      this.recent.add(thread);
    }
    this.outbox.restore(entries);
    for (const [thread, draft] of drafts) {
      this.drafts.set(thread, draft);
      this.host.onChange(`draft:${thread}`);
    }
    for (const id of this.replica.heads.keys()) this.staleViews.add(id);
    this.host.onChange('session');
  }

  start(): void {
    this.connection.start();
    if (!this.replica.position) void this.bootstrap();
    this.sender.resume();
  }

  async stop(): Promise<void> {
    if (this.isStopped) return;
    this.halt();
    await this.writeBehind.flush();
    this.writeBehind.stop();
    this.options.storage.close();
  }

  /** Ends without writing, and deletes what was written (C7). */
  async destroy(): Promise<void> {
    this.halt();
    this.writeBehind.stop();
    await this.options.storage.destroy();
  }

  private halt(): void {
    this.isStopped = true;
    this.connection.stop();
    this.sender.stop();
    this.fleeting.stop();
    this.options.clock.clearTimeout(this.idleTimer);
    this.options.clock.clearTimeout(this.againTimer);
  }

  flush(): Promise<void> {
    return this.writeBehind.flush();
  }

  get userId(): string {
    return this.options.userId;
  }

  // Views.

  get context(): ViewContext {
    const { state } = this.connectionState;
    return { myId: this.replica.me?.id ?? '', isOnline: state === 'online' || state === 'updating' };
  }

  /** Brings the list, its order and the total up to what changed. To be called before views are read. */
  refresh(): void {
    if (this.staleViews.size === 0) return;
    for (const id of this.staleViews) this.settle(id);
    const ids = [...this.staleViews];
    this.staleViews.clear();
    this.index.updateAll(
      ids.map((id) => {
        const head = this.replica.heads.get(id);
        const entries = this.outbox.of(id);
        const view = head && threadView(head, entries, this.context);
        if (view) this.views.set(id, view);
        else this.views.delete(id);
        return [id, view, waitingRank(entries)];
      }),
    );
  }

  threadView(id: string): ThreadView | undefined {
    return this.views.get(id);
  }

  get threadIds(): IterableIterator<string> {
    return this.views.keys();
  }

  threadList() {
    return this.index.threadList(this.replica.isComplete);
  }

  unreadTotal() {
    return this.index.unreadTotal();
  }

  // Acts.

  async act(entry: OutboxEntry): Promise<void> {
    const { thread, act } = entry;
    const isRead = act.kind === 'read';
    const marks = isRead ? this.outbox.of(thread).filter((other) => other.act.kind === 'read') : [];
    if (isRead) {
      const head = this.replica.heads.get(thread);
      const furthest = Math.max(
        head?.readSeq ?? 0,
        ...marks.map((mark) => (mark.act as { seq: number }).seq),
      );
      if (act.seq <= furthest) return;
    }
    const stored = this.outbox.add(entry);
    if (act.kind === 'send') this.fleeting.onSent(thread);
    this.sender.wake(thread, isRead);
    // Those before it are on disk; where this one found no room there, they are all that is left after a crash.
    if (await stored) for (const mark of marks) this.outbox.remove(mark.id);
  }

  /** The failed acts of a message: a failed send by its cid, failed changes by the message's cid. */
  private failed(cid: string): OutboxEntry[] {
    const own = this.outbox.get(cid);
    if (own) return [own];
    for (const thread of this.outbox.threads) {
      const message = this.replica.windows.get(thread)?.items.find((item) => item.cid === cid);
      if (!message) continue;
      return this.outbox.of(thread).filter((entry) => {
        const { act } = entry;
        return entry.error && 'seq' in act && act.kind !== 'read' && act.seq === message.seq;
      });
    }
    return [];
  }

  retry(cid: string): void {
    for (const entry of this.failed(cid)) {
      const { error: _, ...rest } = entry;
      this.outbox.replace(rest);
      this.sender.wake(entry.thread, false);
    }
  }

  discard(cid: string): void {
    for (const entry of this.failed(cid)) if (entry.seq === undefined) this.outbox.remove(entry.id);
  }

  async setDraft(thread: string, draft: Draft | null): Promise<void> {
    if (draft) this.drafts.set(thread, draft);
    else this.drafts.delete(thread);
    this.host.onChange(`draft:${thread}`);
    await this.options.storage.putDraft(thread, draft).catch(() => {});
  }

  typing(thread: string): void {
    if (this.connection.isLive && this.fleeting.maySayTyping(thread)) {
      this.connection.send({ type: 'typing', thread });
    }
  }

  watch(userIds: readonly string[]): void {
    const isSame = userIds.length === this.watched.length && userIds.every((id) => this.watched.includes(id));
    if (isSame) return;
    this.watched = userIds;
    this.fleeting.keepPresence(new Set(userIds));
    this.connection.send({ type: 'watch', users: [...userIds] });
  }

  setActive(isActive: boolean): void {
    if (isActive === this.isActive) return;
    this.isActive = isActive;
    this.connection.send({ type: 'active', state: isActive ? 'active' : 'idle' });
  }

  // The list.

  /** Fetches the next page of the list, if there is one that is not under way already. */
  loadMoreThreads(): Promise<void> {
    this.loadingPage ??= this.fetchThreadPage().finally(() => {
      this.loadingPage = null;
    });
    return this.loadingPage;
  }

  private async fetchThreadPage(): Promise<void> {
    const { nextPageToken, generation } = this.replica;
    if (nextPageToken === null) return;
    const query = new URLSearchParams({ limit: String(LIST_PAGE), pageToken: nextPageToken });
    const page = await this.options.http.get<ThreadPage>(`/threads?${query}`);
    if (this.isStopped) return;
    this.replica.applyThreadPage(page, generation);
    this.writeBehind.touch();
    this.host.onChange('threads');
    this.catchUpSoon();
  }

  /** Reads the list from the server, newest first: usable after the first page, the rest follows by itself. */
  private async bootstrap(): Promise<void> {
    this.isBootstrapNeeded = true;
    if (this.isBootstrapping) return;
    this.isBootstrapping = true;
    const bootstrap = await this.fetchBootstrap();
    // Before anything is told: the next reset may follow at once.
    this.isBootstrapping = false;
    if (!bootstrap) return;
    if (bootstrap.me.id !== this.userId) {
      // The browser's cookie became someone else's: nothing of theirs may mix with this.
      this.host.onEnded();
      return;
    }
    this.isBootstrapNeeded = false;
    this.replica.applyBootstrap(bootstrap);
    this.writeBehind.touch();
    this.host.onChange('threads');
    this.connection.resume();
    this.host.onReachable();
    this.catchUpSoon();
    this.sender.resume();
    void this.loadRest(this.replica.generation);
  }

  private async fetchBootstrap(): Promise<Bootstrap | undefined> {
    for (let attempt = 0; ; attempt++) {
      try {
        const bootstrap = await this.options.http.get<Bootstrap>('/bootstrap?limit=50');
        return this.isStopped ? undefined : bootstrap;
      } catch (error) {
        if (this.isEnd(error)) return undefined;
        await this.sleep(backoffMs(this.options.clock, attempt));
      }
    }
  }

  private async loadRest(generation: number): Promise<void> {
    let attempt = 0;
    while (!this.isStopped && this.replica.generation === generation && this.replica.nextPageToken !== null) {
      try {
        await this.loadMoreThreads();
        attempt = 0;
        await this.sleep(LIST_PAUSE_MS);
      } catch (error) {
        if (this.isEnd(error)) return;
        if (error instanceof RequestError && error.problem.code === 'invalid_page_token') {
          void this.bootstrap();
          return;
        }
        await this.sleep(backoffMs(this.options.clock, attempt++));
      }
    }
  }

  // A thread's messages.

  /** Makes sure that the newest messages of a thread are in memory, and as new as the head says. */
  async loadWindow(thread: string, onFetch: () => void = () => {}): Promise<void> {
    this.use(thread);
    const { storage, http } = this.options;
    if (!this.replica.heads.has(thread)) {
      onFetch();
      // Beyond the part of the list that is loaded, or newer than it.
      this.replica.applyHead(await http.get<Head>(`/threads/${encodeURIComponent(thread)}`));
    }
    if (!this.replica.windows.has(thread)) {
      const stored = await storage.loadWindow(thread).catch(() => null);
      if (stored && !this.writeBehind.isPending(thread)) this.replica.adoptWindow(thread, stored);
    }
    const window = this.replica.windows.get(thread);
    if (window && window.items.length === 0) await this.loadStored(thread);
    if (this.replica.windows.has(thread)) {
      await this.catchUp(thread);
    } else {
      onFetch();
      await this.fetchNewest(thread);
      // A change that came while the page was under way found no window to go to.
      await this.catchUp(thread);
    }
  }

  /** Brings the next stored messages of the run into memory; false if there are none below. */
  async loadStored(thread: string): Promise<boolean> {
    const window = this.replica.windows.get(thread);
    if (!window || window.loadedFrom <= window.low) return false;
    const arriving: Message[] = this.writeBehind.pendingMessages(thread);
    this.arriving.set(thread, arriving);
    const stored = await this.options.storage.loadMessages(thread, window.loadedFrom);
    if (this.arriving.get(thread) !== arriving) return true;
    this.arriving.delete(thread);
    const messages = mergeMessages(
      stored.messages,
      arriving.sort((a, b) => a.seq - b.seq),
    );
    // Another engine on the same disk may have stored what this one still waits to hear of.
    this.removeSent(messages);
    this.replica.applyStored(thread, stored.from, messages);
    return true;
  }

  private async fetchNewest(thread: string): Promise<void> {
    const page = await this.fetchMessages(thread, new URLSearchParams({ limit: '100' }));
    this.replica.applyNewestPage(thread, page);
  }

  fetchMessages(thread: string, query: URLSearchParams): Promise<MessagePage> {
    return this.options.http.get(`/threads/${encodeURIComponent(thread)}/messages?${query}`);
  }

  /** Continues the run below what is known. A page that is older than the run is asked again. */
  async fetchOlder(thread: string): Promise<void> {
    for (let attempt = 0; attempt < 5; attempt++) {
      const window = this.replica.windows.get(thread);
      if (!window || window.low <= this.replica.clearedSeq(thread) + 1) return;
      const token = window.olderPageToken;
      const query = new URLSearchParams({ limit: '100' });
      if (token === undefined) query.set('around', String(window.low));
      else query.set('pageToken', token);
      try {
        const page = await this.fetchMessages(thread, query);
        if (this.replica.applyOlderPage(thread, window.low, page)) return;
        await this.catchUp(thread);
      } catch (error) {
        const isTokenBad = error instanceof RequestError && error.problem.code === 'invalid_page_token';
        if (!isTokenBad || token === undefined) throw error;
        this.replica.forgetPageToken(thread);
      }
    }
  }

  /** Fetches what changed in a thread that is behind (C2); one request per thread at a time. */
  async catchUp(thread: string): Promise<void> {
    let running = this.fetching.get(thread);
    if (!running && this.replica.isBehind(thread)) {
      running = this.fetchChanges(thread);
      this.fetching.set(thread, running);
    }
    await running;
  }

  private async fetchChanges(thread: string): Promise<void> {
    try {
      while (!this.isStopped && this.replica.isBehind(thread)) {
        const window = this.replica.windows.get(thread);
        const before = window?.revision ?? 0;
        const changes = await this.options.http.get<ThreadChanges>(
          `/threads/${encodeURIComponent(thread)}/changes?revision=${before}`,
        );
        if (this.isStopped) return;
        this.replica.applyThreadChanges(thread, changes);
        const after = this.replica.windows.get(thread)?.revision ?? 0;
        if (after <= before) return;
      }
    } finally {
      // In the turn that found nothing more: what comes a turn later must not take this for a request that is under way.
      this.fetching.delete(thread);
    }
  }

  /** Threads that are shown are caught up at once, hot ones in a quiet moment. */
  private catchUpSoon(): void {
    const { heads, windows } = this.replica;
    let isMissing = false;
    for (const thread of this.host.openThreads()) {
      if (this.replica.isBehind(thread)) void this.catchUp(thread).catch((error) => this.catchUpAgain(error));
      // It left the list, and came back with a new message.
      isMissing ||= heads.has(thread) && !windows.has(thread);
    }
    if (isMissing) this.host.onReachable();
    this.idleTimer ??= this.options.clock.setTimeout(async () => {
      this.idleTimer = undefined;
      for (const thread of [...this.recent].reverse()) {
        if (this.isStopped || !this.connection.isLive) return;
        if (this.replica.isBehind(thread)) await this.catchUp(thread).catch(() => {});
      }
    }, IDLE_MS);
  }

  /** The way may have swallowed what was asked, and the socket know nothing of it: nothing else would ask again. */
  private catchUpAgain(error: unknown): void {
    if (this.isStopped || !(error instanceof RequestError) || !error.isTemporary) return;
    this.againTimer ??= this.options.clock.setTimeout(() => {
      this.againTimer = undefined;
      if (!this.isStopped && this.connection.isLive) this.catchUpSoon();
    }, AGAIN_MS);
  }

  private use(thread: string): void {
    this.recent.delete(thread);
    this.recent.add(thread);
    const open = new Set(this.host.openThreads());
    for (const other of this.recent) {
      if (this.recent.size <= HOT) return;
      if (open.has(other) || this.writeBehind.isPending(other)) continue;
      this.recent.delete(other);
      this.replica.evictWindow(other);
    }
  }

  private hot(): Record<string, number> {
    const hot: Record<string, number> = {};
    for (const thread of [...this.recent].slice(-HOT)) {
      const window = this.replica.windows.get(thread);
      if (window) hot[thread] = window.revision;
    }
    return hot;
  }

  // What the server says.

  private onFrame(frame: ServerFrame): void {
    switch (frame.type) {
      case 'changes':
        this.onChangesFrame(frame);
        break;
      case 'welcome':
        // S7: whichever frame shows it first.
        if (this.replica.epoch !== null && frame.epoch !== this.replica.epoch) void this.bootstrap();
        break;
      case 'reset':
        void this.bootstrap();
        break;
      case 'ack':
        this.sender.onAck(frame.cid, frame.seq);
        break;
      case 'nack':
        if (frame.cid !== undefined) this.sender.onNack(frame.cid, frame);
        break;
      case 'presence':
        this.fleeting.setPresence(frame.users);
        break;
      case 'typing':
        if (frame.user !== this.replica.me?.id) this.fleeting.setTyping(frame.thread, frame.user);
        break;
    }
  }

  private onChangesFrame(frame: ChangesFrame): void {
    const before = new Map(frame.threads.map(({ id }) => [id, this.replica.heads.get(id)?.lastSeq ?? 0]));
    const result = this.replica.applyFrame(frame);
    if (result === 'gap') {
      this.connection.resume();
      return;
    }
    if (result === 'old') return;
    this.writeBehind.touch();
    for (const { id, last, lastSeq } of frame.threads) {
      if (last && lastSeq > (before.get(id) ?? 0)) this.fleeting.endTyping(id, last.from);
    }
    this.catchUpSoon();
  }

  private onConnectionState(state: ConnectionState['state'], transport: ConnectionState['transport']): void {
    const held = this.connectionState;
    if (held.state === state && held.transport === transport) return;
    const since = held.state === state ? held.since : this.options.clock.now();
    const wasOnline = this.context.isOnline;
    this.connectionState = { state, since, transport };
    if (!this.connection.isLive) {
      this.sender.onLost();
      this.fleeting.setLive(false);
    }
    if (state === 'online' || state === 'updating') this.catchUpSoon();
    if (this.context.isOnline !== wasOnline) {
      for (const thread of this.outbox.threads) this.touchThread(thread);
      if (this.context.isOnline) {
        this.sender.resume();
        this.host.onReachable();
      }
    }
    this.host.onChange('connection');
  }

  private onLive(): void {
    this.options.http.renew();
    this.fleeting.setLive(true);
    if (this.watched.length > 0) this.connection.send({ type: 'watch', users: [...this.watched] });
    if (!this.isActive) this.connection.send({ type: 'active', state: 'idle' });
    this.sender.resume();
  }

  private onMessages(thread: string, messages: readonly Message[]): void {
    this.writeBehind.putMessages(thread, messages);
    this.arriving.get(thread)?.push(...messages);
    this.removeSent(messages);
    this.touchThread(thread);
  }

  /** C4: the pending bubble goes in the same step in which the message that carries its cid comes, from wherever it comes. */
  private removeSent(messages: readonly Message[]): void {
    const myId = this.replica.me?.id;
    for (const message of messages) if (message.from === myId) this.outbox.remove(message.cid);
  }

  private headVersion(thread: string): number {
    return this.replica.heads.get(thread)?.version ?? 0;
  }

  private onThreadDeleted(thread: string, version: number): void {
    // A message, or whoever started it again, may have brought it back before this answer came.
    if (this.headVersion(thread) > version) return;
    this.replica.removeThread(thread);
    this.recent.delete(thread);
  }

  private onCleared(): void {
    this.clearViews();
    // What an earlier life of the database acknowledged, this one may never have seen: the same cid, once more.
    for (const thread of [...this.outbox.threads]) {
      for (const { seq, ...entry } of this.outbox.of(thread))
        if (seq !== undefined) this.outbox.replace(entry);
    }
    this.sender.resume();
  }

  private clearViews(): void {
    this.writeBehind.clear();
    this.index.clear();
    this.recent.clear();
    this.host.onCleared();
    for (const id of this.views.keys()) this.touchThread(id);
  }

  private touchThread(thread: string): void {
    this.staleViews.add(thread);
    this.host.onChange(`thread:${thread}`);
    this.host.onChange(`messages:${thread}`);
  }

  private settle(thread: string): void {
    const head = this.replica.heads.get(thread);
    const window = this.replica.windows.get(thread);
    for (const entry of this.outbox.of(thread)) {
      if (isSettled(entry, head, window)) this.outbox.remove(entry.id);
    }
  }

  private createWriteBehind(storage: Storage): WriteBehind {
    return new WriteBehind(storage, this.options.clock, {
      state: () => this.storedState(),
      onStored: () => this.connection.pingSoon(),
      onConflict: () => void this.reload(),
    });
  }

  private storedState(): ReplicaState | null {
    const { epoch, version, me, isComplete } = this.replica;
    return epoch === null || me === null ? null : { epoch, version, me, isComplete };
  }

  /** Another engine wrote meanwhile (C6): what it stored is whole, so this one goes on from there. */
  private async reload(): Promise<void> {
    const { storage } = this.options;
    const [state, heads] = await Promise.all([storage.loadState(), storage.loadHeads()]);
    if (this.isStopped || !state) return;
    // In the same life of the database what was acknowledged stays so: its message may be among what was stored.
    if (state.epoch === this.replica.epoch) this.clearViews();
    else this.onCleared();
    this.writeBehind.begin(state);
    this.replica.restore(state, heads);
    for (const id of this.replica.heads.keys()) this.touchThread(id);
    this.host.onReachable();
    if (this.replica.position) this.connection.resume();
    else void this.bootstrap();
  }

  private isEnd(error: unknown): boolean {
    if (this.isStopped) return true;
    if (!(error instanceof RequestError) || error.problem.status !== 401) return false;
    this.host.onEnded();
    return true;
  }

  private sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.options.clock.setTimeout(resolve, ms));
  }
}
