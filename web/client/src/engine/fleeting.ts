import type { Clock } from '../clock.ts';
import type { StoreKey, TypingView } from '../parley.ts';
import type { Presence } from '../protocol.ts';

const TYPING_MS = 5_000;
const TYPING_SAY_MS = 3_000;
const STALE_MS = 5_000;

/** What nobody stores: who is on-line and who types. Each value ends by itself when it is not said again. */
export class Fleeting {
  readonly presence = new Map<string, Presence>();
  readonly typing = new Map<string, TypingView>();
  private readonly timers = new Map<string, unknown>();
  private readonly said = new Map<string, number>();
  private staleTimer: unknown;
  private readonly clock: Clock;
  private readonly onChange: (key: StoreKey) => void;

  constructor(clock: Clock, onChange: (key: StoreKey) => void) {
    this.clock = clock;
    this.onChange = onChange;
  }

  setPresence(users: readonly Presence[]): void {
    for (const user of users) {
      this.presence.set(user.id, user);
      this.onChange(`presence:${user.id}`);
    }
  }

  /** Without a connection nobody's presence is known; a short gap is not worth a flicker. */
  setLive(isLive: boolean): void {
    this.clock.clearTimeout(this.staleTimer);
    if (isLive) return;
    this.staleTimer = this.clock.setTimeout(() => this.keepPresence(new Set()), STALE_MS);
  }

  /** Forgets whom nobody watches any more. */
  keepPresence(watched: ReadonlySet<string>): void {
    for (const id of [...this.presence.keys()]) {
      if (watched.has(id)) continue;
      this.presence.delete(id);
      this.onChange(`presence:${id}`);
    }
  }

  setTyping(thread: string, user: string): void {
    const key = `${thread} ${user}`;
    this.clock.clearTimeout(this.timers.get(key));
    this.timers.set(
      key,
      this.clock.setTimeout(() => this.endTyping(thread, user), TYPING_MS),
    );
    const userIds = this.typing.get(thread)?.userIds ?? [];
    if (userIds.includes(user)) return;
    this.typing.set(thread, { userIds: [...userIds, user] });
    this.onChange(`typing:${thread}`);
  }

  /** The time is over, or the message came. */
  endTyping(thread: string, user: string): void {
    const key = `${thread} ${user}`;
    const timer = this.timers.get(key);
    if (!this.timers.delete(key)) return;
    this.clock.clearTimeout(timer);
    const userIds = (this.typing.get(thread)?.userIds ?? []).filter((id) => id !== user);
    if (userIds.length > 0) this.typing.set(thread, { userIds });
    else this.typing.delete(thread);
    this.onChange(`typing:${thread}`);
  }

  /** Whether it is time to say again that this user types there. */
  maySayTyping(thread: string): boolean {
    const now = this.clock.elapsed();
    if (now - (this.said.get(thread) ?? Number.NEGATIVE_INFINITY) < TYPING_SAY_MS) return false;
    this.said.set(thread, now);
    return true;
  }

  /** A sent message ends the own typing: the next letter says it anew. */
  onSent(thread: string): void {
    this.said.delete(thread);
  }

  stop(): void {
    this.clock.clearTimeout(this.staleTimer);
    for (const timer of this.timers.values()) this.clock.clearTimeout(timer);
  }
}
