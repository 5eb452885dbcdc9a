import { ParleyError, type StoreKey } from '../parley.ts';
import { whenReleased } from '../tabs/locks.ts';
import { makePatch, type Patch } from '../tabs/patch.ts';
import type { EnginePort, TabMessage } from '../tabs/port.ts';
import type { Account } from './account.ts';
import { OpenThread } from './openThread.ts';

/** Closed threads that a tab still keeps live, so that going back to one draws from memory. */
const KEPT = 10;
/** Values in one message to a tab. Of more it is told the rest when it has drawn these: 10,000 threads hold up no frame. */
const BATCH = 500;

/** Nobody waits for these: what they change is gathered like all else. */
const unawaited = new Set(['act', 'typing', 'watch', 'setActive', 'openThread', 'closeThread']);

export interface TabEngine {
  /** Resolves when the engine knows what this device has stored. */
  ready(): Promise<void>;
  account(): Account | null;
  /** The value of any key but `messages:…`. */
  valueOf(key: StoreKey): unknown;
  keys(): Iterable<StoreKey>;
  call(tab: Tab, method: string, args: unknown[]): Promise<unknown>;
  /** Tells the tabs what changed, now. */
  publish(): void;
  onStateChange(): void;
  onNetwork(isOnline: boolean): void;
  onDetach(tab: Tab): void;
}

/** The engine's side of one tab: what it shows, and what it has been told. */
export class Tab {
  id = '';
  watched: readonly string[] = [];
  isActive = false;
  isAttached = false;
  /** Open and lately open threads, the latest last. */
  private readonly threads = new Map<string, { open: OpenThread; isOpen: boolean }>();
  /** What the tab shows, also while nobody is known to be signed in. */
  private readonly wanted = new Set<string>();
  private readonly sent = new Map<StoreKey, unknown>();
  /** Keys whose values wait until the tab has drawn. */
  private later = new Set<StoreKey>();
  private isDrawing = false;
  private readonly port: EnginePort;
  private readonly engine: TabEngine;
  private readonly onChange: (key: StoreKey) => void;
  /** The engine's own lock, by which the tab knows that the engine lives. */
  private readonly engineLock: string | null;
  private stopWatching = () => {};

  constructor(
    port: EnginePort,
    engine: TabEngine,
    engineLock: string | null,
    onChange: (key: StoreKey) => void,
  ) {
    this.port = port;
    this.engineLock = engineLock;
    this.engine = engine;
    this.onChange = onChange;
    port.onMessage = (message) => void this.onMessage(message);
  }

  get openThreads(): string[] {
    return [...this.threads].filter(([, { isOpen }]) => isOpen).map(([thread]) => thread);
  }

  thread(thread: string): OpenThread | undefined {
    return this.threads.get(thread)?.open;
  }

  openThread(thread: string): void {
    this.wanted.add(thread);
    const account = this.engine.account();
    if (!account) return;
    const held = this.threads.get(thread);
    if (held?.isOpen) return;
    this.threads.delete(thread);
    const open = held?.open ?? new OpenThread(thread, account, () => this.onChange(`messages:${thread}`));
    this.threads.set(thread, { open, isOpen: true });
    void open.open();
  }

  closeThread(thread: string): void {
    this.wanted.delete(thread);
    const held = this.threads.get(thread);
    if (!held) return;
    held.isOpen = false;
    held.open.leaveJump();
    const closed = [...this.threads].filter(([, { isOpen }]) => !isOpen).map(([id]) => id);
    for (const id of closed.slice(0, Math.max(0, closed.length - KEPT))) {
      this.threads.delete(id);
      this.send([`messages:${id}`]);
    }
  }

  /** The account's cache was dropped: what this tab shows is from another life of the database. */
  forget(): void {
    for (const { open } of this.threads.values()) open.forget();
  }

  /** Gets the messages of open threads that have none. */
  reload(): void {
    for (const { open, isOpen } of this.threads.values()) if (isOpen) void open.reload();
  }

  /** Another user, or none: nothing of the last one stays open. */
  reset(): void {
    this.threads.clear();
    this.wanted.clear();
    this.watched = [];
  }

  /** There is an account now: what the tab wanted to show before is opened. */
  onAccount(): void {
    for (const thread of this.wanted) this.openThread(thread);
  }

  /** Tells the tab the values of these keys, where they differ from what it was told. The first ones are told first. */
  send(keys: Iterable<StoreKey>): void {
    const patches: Patch[] = [];
    for (const key of keys) {
      if (patches.length === BATCH) {
        this.later.add(key);
        continue;
      }
      const value = this.valueOf(key);
      const previous = this.sent.get(key);
      if (value === previous) continue;
      if (value === undefined) this.sent.delete(key);
      else this.sent.set(key, value);
      patches.push(makePatch(key, value, previous));
    }
    if (patches.length === 0) return;
    const hasMore = this.later.size > 0 && !this.isDrawing;
    this.isDrawing ||= hasMore;
    this.port.post({ type: 'patch', patches, hasMore });
  }

  private sendLater(): void {
    const keys = this.later;
    this.later = new Set();
    this.isDrawing = false;
    this.send(keys);
  }

  /** Every key that the tab has a value of. */
  toldKeys(): StoreKey[] {
    return [...this.sent.keys()];
  }

  close(): void {
    this.stopWatching();
    this.port.onMessage = null;
    this.port.close();
  }

  private valueOf(key: StoreKey): unknown {
    if (key.startsWith('messages:')) return this.threads.get(key.slice(9))?.open.view();
    return this.engine.valueOf(key);
  }

  private async onMessage(message: TabMessage): Promise<void> {
    switch (message.type) {
      case 'attach':
        await this.engine.ready();
        this.id = message.tab;
        this.watched = message.watched;
        this.isActive = message.isActive;
        this.isAttached = true;
        this.sent.clear();
        this.later.clear();
        this.isDrawing = false;
        this.stopWatching();
        if (message.lock !== null) {
          this.stopWatching = whenReleased(message.lock, () => this.engine.onDetach(this));
        }
        this.port.post({ type: 'attached', lock: this.engineLock });
        for (const thread of message.open) this.openThread(thread);
        this.send(this.engine.keys());
        this.engine.onStateChange();
        break;
      case 'call':
        void this.call(message.id, message.method, message.args);
        break;
      case 'drawn':
        this.sendLater();
        break;
      case 'network':
        this.engine.onNetwork(message.isOnline);
        break;
      case 'detach':
        this.engine.onDetach(this);
        break;
    }
  }

  private async call(id: number, method: string, args: unknown[]): Promise<void> {
    try {
      await this.engine.ready();
      const value = await this.engine.call(this, method, args);
      // Whoever waits for the answer finds the store as it left it.
      if (!unawaited.has(method)) this.engine.publish();
      this.port.post({ type: 'result', id, value });
    } catch (error) {
      const problem =
        error instanceof ParleyError
          ? error.problem
          : { title: 'Something went wrong', status: 0, code: 'internal' as const, detail: String(error) };
      this.port.post({ type: 'error', id, problem });
    }
  }
}
