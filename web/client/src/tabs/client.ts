import { unavailable } from '../http.ts';
import type { Act, OutboxEntry, ThreadUpdate } from '../outbox/entry.ts';
import { isTooLong, OUTBOX_LIMIT, tooLong, tooMany } from '../outbox/limit.ts';
import { type Draft, type Parley, ParleyError, type StoreKey } from '../parley.ts';
import type { Session, Settings, User } from '../protocol.ts';
import { uuidv7 } from '../uuid.ts';
import { applyPatch, type Patch } from './patch.ts';
import type { EngineMessage, TabPort } from './port.ts';
import { KeyedStore } from './store.ts';

/** A way to the engine, wherever it runs. Called again when the engine that answered before is gone. */
export interface EngineLink {
  /** Calls back with a port to each engine in turn. */
  connect(onPort: (port: TabPort) => void): void;
  /** The engine tells which lock it holds; the link watches it. */
  onAttached(lock: string | null): void;
  close(): Promise<void>;
}

/** What the tab can show before any engine answers. */
export type FirstPaint = (open: readonly string[]) => Promise<Patch[]>;

interface Call {
  method: string;
  args: unknown[];
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** Calls that may be made again on a new engine: they say what shall be, and carry their ids. */
const repeatable = new Set([
  'act',
  'setDraft',
  'retry',
  'discard',
  'getUser',
  'searchPeople',
  'listSessions',
  'startThread',
]);

/** The SDK's face in a tab: a store that the engine fills, and acts that the engine performs. */
export class TabClient implements Parley {
  readonly store = new KeyedStore();
  private port: TabPort | null = null;
  private readonly calls = new Map<number, Call>();
  private nextCall = 1;
  /** Sends that the engine has not stored yet. */
  private sendsUnderWay = 0;
  /** Drafts that the engine has not stored yet: how many of a key, and what it said of that key meanwhile. */
  private readonly draftsUnderWay = new Map<StoreKey, { count: number; told?: Patch }>();
  private readonly open = new Set<string>();
  private watched: string[] = [];
  private isActive = false;
  private isTold = false;
  private ready: (() => void) | null = null;
  private readonly id: string;
  private readonly lock: string | null;
  private readonly link: EngineLink;
  private readonly firstPaint: FirstPaint | undefined;
  private readonly newId: () => string;

  constructor(
    id: string,
    lock: string | null,
    link: EngineLink,
    firstPaint?: FirstPaint,
    newId: () => string = uuidv7,
  ) {
    this.id = id;
    this.lock = lock;
    this.link = link;
    this.firstPaint = firstPaint;
    this.newId = newId;
    this.store.set('session', { state: 'loading' });
    this.store.set('connection', { state: 'connecting', since: Date.now(), waiting: 0, transport: 'socket' });
  }

  async start(thread?: string): Promise<void> {
    const ready = new Promise<void>((resolve) => {
      this.ready = resolve;
    });
    this.link.connect((port) => this.attach(port));
    // What is stored can be drawn before the engine is up; the engine's word then replaces it.
    this.firstPaint?.(thread === undefined ? [...this.open] : [...this.open, thread]).then(
      (patches) => {
        if (this.isTold || patches.length === 0) return;
        this.apply(patches);
        this.ready?.();
      },
      () => {},
    );
    await ready;
  }

  async stop(): Promise<void> {
    this.port?.post({ type: 'detach' });
    this.dropPort();
    await this.link.close();
  }

  /** The page knows better than a worker when it is looked at or the network comes and goes. */
  network(isOnline: boolean): void {
    this.port?.post({ type: 'network', isOnline });
  }

  signUp(account: { username: string; fullName: string; password: string }): Promise<void> {
    return this.call('signUp', account);
  }

  signIn(credentials: { username: string; password: string }): Promise<void> {
    return this.call('signIn', credentials);
  }

  signOut(): Promise<void> {
    return this.call('signOut');
  }

  listSessions(): Promise<Session[]> {
    return this.call('listSessions');
  }

  endSession(id: string): Promise<void> {
    return this.call('endSession', id);
  }

  changePassword(passwords: { current: string; password: string }): Promise<void> {
    return this.call('changePassword', passwords);
  }

  updateProfile(changes: { fullName?: string; settings?: Settings }): Promise<void> {
    return this.call('updateProfile', changes);
  }

  uploadPhoto(image: Blob): Promise<void> {
    return this.call('uploadPhoto', image);
  }

  removePhoto(): Promise<void> {
    return this.call('removePhoto');
  }

  searchPeople(query: string): Promise<User[]> {
    return this.call('searchPeople', query);
  }

  getUser(id: string): Promise<User> {
    return this.call('getUser', id);
  }

  startThread(userId: string): Promise<string> {
    return this.call('startThread', userId);
  }

  loadMoreThreads(): Promise<void> {
    return this.call('loadMoreThreads');
  }

  updateThread(thread: string, changes: ThreadUpdate): void {
    this.ask(thread, { kind: 'update', changes });
  }

  deleteThread(thread: string): void {
    this.ask(thread, { kind: 'deleteThread', lastSeq: this.store.get(`thread:${thread}`)?.lastSeq ?? 0 });
  }

  openThread(thread: string): void {
    this.open.add(thread);
    this.tell('openThread', thread);
  }

  closeThread(thread: string): void {
    this.open.delete(thread);
    this.tell('closeThread', thread);
  }

  loadOlder(thread: string): Promise<void> {
    return this.call('loadOlder', thread);
  }

  loadNewer(thread: string): Promise<void> {
    return this.call('loadNewer', thread);
  }

  loadAround(thread: string, seq: number): Promise<void> {
    return this.call('loadAround', thread, seq);
  }

  loadNewest(thread: string): Promise<void> {
    return this.call('loadNewest', thread);
  }

  markRead(thread: string, seq: number): void {
    if ((this.store.get(`thread:${thread}`)?.readSeq ?? 0) < seq) this.ask(thread, { kind: 'read', seq });
  }

  send(thread: string, text: string, replyTo?: number): void {
    if (isTooLong(text)) throw new ParleyError(tooLong());
    // What this tab has just said, the store cannot know yet.
    const waiting = Math.max(this.store.get('connection')?.waiting ?? 0, this.sendsUnderWay);
    if (waiting >= OUTBOX_LIMIT) throw new ParleyError(tooMany());
    this.sendsUnderWay++;
    const done = () => {
      this.sendsUnderWay--;
    };
    this.act(thread, { kind: 'send', text, ...(replyTo === undefined ? {} : { replyTo }) }).then(done, done);
  }

  retry(cid: string): void {
    this.tell('retry', cid);
  }

  discard(cid: string): void {
    this.tell('discard', cid);
  }

  edit(thread: string, seq: number, text: string): void {
    if (isTooLong(text)) throw new ParleyError(tooLong());
    this.ask(thread, { kind: 'edit', seq, text });
  }

  delete(thread: string, seq: number): void {
    this.ask(thread, { kind: 'delete', seq });
  }

  react(thread: string, seq: number, emoji: string, on: boolean): void {
    this.ask(thread, { kind: 'react', seq, emoji, on });
  }

  setDraft(thread: string, draft: Draft | null): void {
    const key: StoreKey = `draft:${thread}`;
    // The composer reads its own word back at once, and none that is older: a text that was sent must not come back.
    this.store.set(key, draft ?? undefined);
    const underWay = this.draftsUnderWay.get(key) ?? { count: 0 };
    this.draftsUnderWay.set(key, underWay);
    underWay.count++;
    const done = () => {
      if (--underWay.count > 0 || this.draftsUnderWay.get(key) !== underWay) return;
      this.draftsUnderWay.delete(key);
      if (underWay.told) this.apply([underWay.told]);
    };
    this.call('setDraft', thread, draft).then(done, done);
  }

  typing(thread: string): void {
    this.tell('typing', thread);
  }

  watch(userIds: string[]): void {
    this.watched = userIds;
    this.tell('watch', userIds);
  }

  setActive(isActive: boolean): void {
    this.isActive = isActive;
    this.tell('setActive', isActive);
  }

  private act(thread: string, act: Act): Promise<void> {
    const entry: OutboxEntry = {
      id: this.newId(),
      thread,
      at: new Date().toISOString(),
      act,
    };
    return this.call('act', entry);
  }

  private ask(thread: string, act: Act): void {
    this.act(thread, act).catch(() => {});
  }

  /** For acts that answer by what the store shows. */
  private tell(method: string, ...args: unknown[]): void {
    this.call(method, ...args).catch(() => {});
  }

  private call<T>(method: string, ...args: unknown[]): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const id = this.nextCall++;
      this.calls.set(id, { method, args, resolve: resolve as (value: unknown) => void, reject });
      this.port?.post({ type: 'call', id, method, args });
    });
  }

  private attach(port: TabPort): void {
    this.dropPort();
    this.port = port;
    port.onMessage = (message) => this.onMessage(message);
    const { id: tab, lock, watched, isActive } = this;
    port.post({ type: 'attach', tab, lock, open: [...this.open], watched, isActive });
    for (const [id, call] of this.calls) {
      port.post({ type: 'call', id, method: call.method, args: call.args });
    }
  }

  /** The engine went. What it was asked and can be asked again waits for the next one. */
  private dropPort(): void {
    const { port } = this;
    if (!port) return;
    this.port = null;
    port.onMessage = null;
    port.close();
    for (const [id, call] of [...this.calls]) {
      if (repeatable.has(call.method)) continue;
      this.calls.delete(id);
      call.reject(new ParleyError(unavailable('The page that did this was closed.')));
    }
  }

  private onMessage(message: EngineMessage): void {
    switch (message.type) {
      case 'attached':
        this.link.onAttached(message.lock);
        break;
      case 'patch':
        this.isTold = true;
        this.apply(message.patches);
        if (message.hasMore) this.askForMore();
        this.ready?.();
        break;
      case 'result':
        this.take(message.id)?.resolve(message.value);
        break;
      case 'error':
        this.take(message.id)?.reject(new ParleyError(message.problem));
        break;
    }
  }

  private askForMore(): void {
    const { port } = this;
    this.store.afterTelling(() => port?.post({ type: 'drawn' }));
  }

  private take(id: number): Call | undefined {
    const call = this.calls.get(id);
    this.calls.delete(id);
    return call;
  }

  /** What another user's page showed is not for the next one to see (C7). */
  private forget(): void {
    this.draftsUnderWay.clear();
    for (const key of this.store.keys()) {
      if (key !== 'session' && key !== 'connection') this.store.set(key, undefined);
    }
  }

  private apply(patches: readonly Patch[]): void {
    for (const patch of patches) {
      const underWay = this.draftsUnderWay.get(patch.key);
      if (underWay) underWay.told = patch;
      else this.store.set(patch.key, applyPatch(patch, this.store.get(patch.key)));
    }
    if (this.store.get('session')?.state === 'signedOut') this.forget();
  }
}
