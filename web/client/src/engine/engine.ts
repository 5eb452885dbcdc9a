import { backoffMs } from '../backoff.ts';
import type { Clock } from '../clock.ts';
import type { CreateSocket } from '../connection/socket.ts';
import { Http, RequestError } from '../http.ts';
import type { Act, OutboxEntry } from '../outbox/entry.ts';
import type { ConnectionState, Draft, SessionState, StoreKey } from '../parley.ts';
import type { Head, Me, Session, Settings, User } from '../protocol.ts';
import { MemoryStorage } from '../storage/memory.ts';
import type { Device } from '../storage/storage.ts';
import type { EnginePort } from '../tabs/port.ts';
import { Account } from './account.ts';
import { Publisher } from './publisher.ts';
import { Tab, type TabEngine } from './tab.ts';

const WATCH_LIMIT = 200;

export interface EngineOptions {
  baseUrl: string;
  device: Device;
  fetch: typeof fetch;
  createSocket: CreateSocket;
  clock: Clock;
  /** A program signs in by token instead of by cookie. */
  isProgram: boolean;
  token: string | undefined;
  /** A program's token, when it signed in (undefined: signed out). */
  onToken: ((token: string | undefined) => void) | undefined;
}

/**
 * The one place per browser that talks to the server: it serves any number of tabs through ports, and holds at most
 * one account. What a tab may call is in `calls`.
 */
export class Engine {
  private readonly options: EngineOptions;
  private readonly http: Http;
  private readonly tabs = new Set<Tab>();
  private readonly publisher: Publisher;
  private session: SessionState = { state: 'loading' };
  private account: Account | null = null;
  private started: Promise<void> | null = null;
  private isStopped = false;
  /** Somebody signed in through this engine: what the server said before of who is signed in counts no more. */
  private isEntered = false;
  /** The account of whom the server named when it was asked who is signed in. */
  private found: Promise<unknown> = Promise.resolve();
  private ending: symbol | null = null;
  private endingRequest: Promise<unknown> = Promise.resolve();
  private readonly tabEngine: TabEngine;
  private connection: ConnectionState;

  constructor(options: EngineOptions) {
    this.options = options;
    const { baseUrl, fetch, clock } = options;
    this.connection = { state: 'connecting', since: clock.now(), transport: 'socket', waiting: 0 };
    this.http = new Http({ baseUrl, fetch, clock });
    this.http.token = options.token;
    this.publisher = new Publisher(clock, (keys) => this.publish(keys));
    this.tabEngine = {
      ready: () => this.start(),
      account: () => this.account,
      valueOf: (key) => this.valueOf(key),
      keys: () => this.keys(),
      call: (tab, method, args) => this.call(tab, method, args),
      publish: () => this.publisher.now(),
      onStateChange: () => this.onTabsChanged(),
      onNetwork: (isOnline) => this.onNetwork(isOnline),
      onDetach: (tab) => this.detach(tab),
    };
  }

  /** Serves a tab through that port. `lock` is the Web Lock that the engine holds, if it may go before the tab. */
  attach(port: EnginePort, lock: string | null = null): Tab {
    const tab = new Tab(port, this.tabEngine, lock, (key) => this.publisher.changed(key));
    this.tabs.add(tab);
    return tab;
  }

  /** The tab is gone. */
  detach(tab: Tab): void {
    if (!this.tabs.delete(tab)) return;
    tab.close();
    this.onTabsChanged();
  }

  /** Takes up what this device knows of who is signed in; asks the server only if it knows nothing. */
  start(): Promise<void> {
    this.started ??= this.begin();
    return this.started;
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.account?.stop();
    this.publisher.stop();
    for (const tab of this.tabs) tab.close();
    this.tabs.clear();
  }

  onNetwork(isOnline: boolean): void {
    if (isOnline) this.account?.connection.wake();
    else this.account?.connection.sleep();
  }

  private async begin(): Promise<void> {
    const { device, isProgram } = this.options;
    const userId = await device.currentUser().catch(() => null);
    if (await device.isSignOutPending().catch(() => false)) {
      this.setSession({ state: 'signedOut', reason: 'signedOut' });
      void this.endOwnSession(undefined);
    } else if (userId !== null) await this.signedIn(userId, null);
    else if (isProgram && this.http.token === undefined) this.setSession({ state: 'signedOut' });
    else void this.askWhoIsSignedIn();
  }

  private async askWhoIsSignedIn(): Promise<void> {
    const isOpen = () => this.session.state === 'loading' && !this.isEntered;
    for (let attempt = 0; isOpen() && !this.isStopped; attempt++) {
      try {
        const { user } = await this.http.get<{ user: Me | null }>('/sessions/current');
        if (!isOpen()) return;
        if (!user) return this.setSession({ state: 'signedOut' });
        this.found = this.signedIn(user.id, user);
        await this.found;
      } catch {
        const { clock } = this.options;
        await new Promise<void>((resolve) => clock.setTimeout(resolve, backoffMs(clock, attempt)));
      }
    }
  }

  private async signedIn(userId: string, me: Me | null): Promise<void> {
    const { device, clock, createSocket, baseUrl } = this.options;
    await device.setCurrentUser(userId).catch(() => {});
    // A browser that refuses to store (private mode) still talks.
    const storage = await device.open(userId).catch(() => new MemoryStorage());
    const { http } = this;
    const account = new Account(
      {
        userId,
        me,
        storage,
        http,
        clock,
        createSocket,
        socketUrl: `${baseUrl.replace(/^http/, 'ws')}/api/socket`,
        socketHeaders: () =>
          http.token === undefined
            ? ({} as Record<string, string>)
            : { authorization: `Bearer ${http.token}`, origin: new URL(baseUrl).origin },
      },
      {
        onChange: (key) => this.onAccountChange(account, key),
        onMessages: (thread, messages) => {
          for (const tab of this.tabs) tab.thread(thread)?.onMessages(messages);
        },
        onRunDropped: (thread) => {
          for (const tab of this.tabs) tab.thread(thread)?.leaveJump();
        },
        onCleared: () => {
          for (const tab of this.tabs) tab.forget();
        },
        onReachable: () => {
          for (const tab of this.tabs) tab.reload();
        },
        openThreads: () => new Set([...this.tabs].flatMap((tab) => tab.openThreads)),
        onEnded: () => void this.onEnded(account),
      },
    );
    await account.load();
    if (this.isStopped) return;
    this.account = account;
    this.session = { state: 'loading' };
    this.updateSession();
    this.publisher.changed('threads');
    this.publisher.changed('connection');
    this.publisher.now();
    this.onTabsChanged();
    for (const tab of this.tabs) tab.onAccount();
    account.start();
  }

  private async onEnded(account: Account): Promise<void> {
    if (this.account === account) await this.signedOut('ended');
  }

  /** Nothing of the user stays on this device (C7). */
  private async signedOut(reason: 'ended' | 'signedOut'): Promise<void> {
    const { account } = this;
    this.account = null;
    const { device } = this.options;
    for (const tab of this.tabs) tab.reset();
    this.setSession({ state: 'signedOut', reason });
    this.publisher.everything();
    this.publisher.now();
    if (!account) return;
    this.http.token = undefined;
    this.options.onToken?.(undefined);
    await account.destroy().catch(() => {});
    // Another tab's engine may have let in someone else meanwhile.
    const current = await device.currentUser().catch(() => null);
    if (current === account.userId) await device.setCurrentUser(null).catch(() => {});
  }

  /** Tells the server of a sign-out until it has heard: the cookie is not ours to delete. */
  private async endOwnSession(token: string | undefined): Promise<void> {
    const { device, clock, fetch, baseUrl } = this.options;
    const ending = Symbol();
    const heard = async () => {
      if (this.ending === ending) await device.setSignOutPending(false).catch(() => {});
    };
    this.ending = ending;
    const http = new Http({ baseUrl, fetch, clock });
    http.token = token;
    for (let attempt = 0; this.ending === ending && !this.isStopped; attempt++) {
      try {
        this.endingRequest = http.request('DELETE', '/sessions/current');
        await this.endingRequest;
        return await heard();
      } catch (error) {
        if (!(error instanceof RequestError && error.isTemporary)) return heard();
        await new Promise<void>((resolve) => clock.setTimeout(resolve, backoffMs(clock, attempt)));
      }
    }
  }

  private setSession(session: SessionState): void {
    this.session = session;
    this.publisher.changed('session');
  }

  private updateSession(): void {
    const me = this.account?.replica.me;
    if (!me || (this.session.state === 'signedIn' && this.session.me === me)) return;
    this.setSession({ state: 'signedIn', me });
  }

  private onAccountChange(account: Account, key: StoreKey): void {
    if (this.account !== account) return;
    if (key === 'session') this.updateSession();
    else this.publisher.changed(key);
  }

  private onTabsChanged(): void {
    const { account } = this;
    if (!account) return;
    const watched = new Set<string>();
    for (const tab of this.tabs) for (const id of tab.watched) watched.add(id);
    account.watch([...watched].slice(0, WATCH_LIMIT));
    const attached = [...this.tabs].filter((tab) => tab.isAttached);
    if (attached.length > 0) account.setActive(attached.some((tab) => tab.isActive));
  }

  private publish(keys: ReadonlySet<StoreKey> | null): void {
    this.account?.refresh();
    for (const tab of this.tabs) {
      if (!tab.isAttached) continue;
      if (keys) tab.send(keys);
      else tab.send(new Set([...this.keys(), ...tab.toldKeys()]));
    }
  }

  private *keys(): Generator<StoreKey> {
    yield 'session';
    yield 'connection';
    const { account } = this;
    if (!account) return;
    account.refresh();
    const { ids, archivedIds } = account.threadList();
    for (const id of ids.slice(0, 50)) yield `thread:${id}`;
    yield 'threads';
    yield 'unread';
    for (const thread of account.drafts.keys()) yield `draft:${thread}`;
    for (const id of account.fleeting.presence.keys()) yield `presence:${id}`;
    for (const thread of account.fleeting.typing.keys()) yield `typing:${thread}`;
    for (const id of ids.slice(50)) yield `thread:${id}`;
    for (const id of archivedIds) yield `thread:${id}`;
  }

  private valueOf(key: StoreKey): unknown {
    const { account } = this;
    if (key === 'session') return this.session;
    if (key === 'connection') return this.connectionValue();
    if (!account) return undefined;
    if (key === 'threads') return account.threadList();
    if (key === 'unread') return account.unreadTotal();
    const colon = key.indexOf(':');
    const id = key.slice(colon + 1);
    switch (key.slice(0, colon)) {
      case 'thread':
        return account.threadView(id);
      case 'draft':
        return account.drafts.get(id);
      case 'presence':
        return account.fleeting.presence.get(id);
      case 'typing':
        return account.fleeting.typing.get(id);
    }
    return undefined;
  }

  private connectionValue(): ConnectionState {
    const { account, connection: held } = this;
    if (!account) return held;
    const { state, since, transport } = account.connectionState;
    const { waiting } = account.outbox;
    const isSame =
      held.state === state &&
      held.since === since &&
      held.transport === transport &&
      held.waiting === waiting;
    if (!isSame) this.connection = { state, since, transport, waiting };
    return this.connection;
  }

  private call(tab: Tab, method: string, args: unknown[]): Promise<unknown> {
    const handler = (this.calls as Record<string, (tab: Tab, ...args: never[]) => unknown>)[method];
    if (!handler) return Promise.reject(new Error(`No such call: ${method}`));
    return Promise.resolve().then(() => handler.call(this.calls, tab, ...(args as never[])));
  }

  private required(): Account {
    if (!this.account) {
      throw new RequestError({ title: 'Nobody is signed in', status: 401, code: 'unauthenticated' });
    }
    return this.account;
  }

  private async enter(path: string, credentials: object): Promise<void> {
    const { isProgram, onToken } = this.options;
    // Its answer takes the cookie away, and must not take away the one that this request brings.
    await this.endingRequest.catch(() => {});
    const body = isProgram ? { ...credentials, bearer: true } : credentials;
    const { user, token } = await this.http.request<{ user: Me; token?: string }>('POST', path, body);
    this.isEntered = true;
    await this.found.catch(() => {});
    if (this.account) await this.signedOut('signedOut');
    // A sign-out that the server has not heard of must not end this session instead of the last one.
    this.ending = null;
    await this.options.device.setSignOutPending(false).catch(() => {});
    if (token !== undefined) {
      this.http.token = token;
      onToken?.(token);
    }
    await this.signedIn(user.id, user);
  }

  /** The answer of the server may be ahead of the next frame. */
  private setMe({ user }: { user: Me }): void {
    this.required().replica.applyMe(user);
  }

  /** What tabs may call, by name. Acts of the outbox come as `act`, made by the tab with their id. */
  readonly calls = {
    signUp: (_: Tab, account: object) => this.enter('/accounts', account),
    signIn: (_: Tab, credentials: object) => this.enter('/sessions', credentials),
    signOut: async () => {
      const { token } = this.http;
      await this.options.device.setSignOutPending(true).catch(() => {});
      await this.signedOut('signedOut');
      void this.endOwnSession(token);
    },
    listSessions: async () => (await this.http.get<{ sessions: Session[] }>('/sessions')).sessions,
    endSession: (_: Tab, id: string) => this.http.request('DELETE', `/sessions/${encodeURIComponent(id)}`),
    changePassword: (_: Tab, passwords: object) => this.http.request('PUT', '/me/password', passwords),
    updateProfile: async (_: Tab, changes: { fullName?: string; settings?: Settings }) =>
      this.setMe(await this.http.request('PATCH', '/me', changes)),
    uploadPhoto: async (_: Tab, image: Blob) =>
      this.setMe(await this.http.request('PUT', '/me/photo', image, 60_000)),
    removePhoto: async () => {
      await this.http.request('DELETE', '/me/photo');
      const me = this.required().replica.me;
      if (me) this.setMe({ user: { ...me, photo: null } });
    },
    searchPeople: async (_: Tab, query: string) =>
      (await this.http.get<{ users: User[] }>(`/users?query=${encodeURIComponent(query)}`)).users,
    getUser: async (_: Tab, id: string) =>
      (await this.http.get<{ user: User }>(`/users/${encodeURIComponent(id)}`)).user,
    startThread: async (_: Tab, userId: string) => {
      const { replica } = this.required();
      const head = await this.http.request<Head>('POST', '/threads', { userIds: [userId] });
      replica.applyHead(head);
      this.publisher.now();
      return head.id;
    },
    loadMoreThreads: () => this.required().loadMoreThreads(),
    openThread: (tab: Tab, thread: string) => tab.openThread(thread),
    closeThread: (tab: Tab, thread: string) => tab.closeThread(thread),
    loadOlder: (tab: Tab, thread: string) => tab.thread(thread)?.loadOlder(),
    loadNewer: (tab: Tab, thread: string) => tab.thread(thread)?.loadNewer(),
    loadAround: (tab: Tab, thread: string, seq: number) => tab.thread(thread)?.loadAround(seq),
    loadNewest: (tab: Tab, thread: string) => tab.thread(thread)?.loadNewest(),
    act: (tab: Tab, entry: OutboxEntry) => {
      const account = this.required();
      if (entry.act.kind === 'send') tab.thread(entry.thread)?.leaveJump();
      if (entry.act.kind === 'deleteThread') entry = withLastSeq(entry, account);
      return account.act(entry);
    },
    retry: (_: Tab, cid: string) => this.required().retry(cid),
    discard: (_: Tab, cid: string) => this.required().discard(cid),
    setDraft: (_: Tab, thread: string, draft: Draft | null) => this.required().setDraft(thread, draft),
    typing: (_: Tab, thread: string) => this.account?.typing(thread),
    watch: (tab: Tab, userIds: string[]) => {
      tab.watched = userIds;
      this.onTabsChanged();
    },
    setActive: (tab: Tab, isActive: boolean) => {
      tab.isActive = isActive;
      this.onTabsChanged();
    },
  };
}

/** The engine knows better than the tab how far the thread reaches. */
function withLastSeq(entry: OutboxEntry, account: Account): OutboxEntry {
  const act: Act = { kind: 'deleteThread', lastSeq: account.replica.heads.get(entry.thread)?.lastSeq ?? 0 };
  return { ...entry, act };
}
