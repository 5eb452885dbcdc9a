import { backoffMs } from '../backoff.ts';
import type { Clock } from '../clock.ts';
import { type Http, RequestError } from '../http.ts';
import type { ClientFrame, ErrorCode, Head, Message, Problem, ServerFrame } from '../protocol.ts';
import { isWaiting, type OutboxEntry } from './entry.ts';
import type { Outbox } from './outbox.ts';

/** An acknowledgement that has not come by then is asked for again, with the same cid. */
const ACK_MS = 10_000;
const READ_DELAY_MS = 150;
/** A read mark told by socket has no answer of its own; if no head shows it by then, it is told by HTTP. */
const READ_CONFIRM_MS = 5_000;

export interface SenderHost {
  /** Whether it is worth trying; when it becomes so, `resume` is called. */
  isReachable(): boolean;
  isLive(): boolean;
  /** Sends a frame by the socket; false if there is none. */
  sendFrame(frame: ClientFrame): boolean;
  /** An answer that carries a whole state. */
  onMessage(thread: string, message: Message): void;
  onHead(head: Head): void;
  /** At which version the head of a thread is, 0 if there is none. */
  headVersion(thread: string): number;
  /** Deleted after that version of its head; whether a later one was before the deletion or after it, the changes tell. */
  onThreadDeleted(thread: string, version: number): void;
  onEnded(): void;
}

const temporary: readonly ErrorCode[] = ['rate_limited', 'unavailable', 'internal'];

type NackFrame = Extract<ServerFrame, { type: 'nack' }>;

/** One thread's queue: what it waits for. */
interface Lane {
  thread: string;
  isRead: boolean;
  isBusy: boolean;
  attempt: number;
  timer: unknown;
  /** The read mark that was told by socket, while it is waited for a head that shows it. */
  told?: string | undefined;
}

/**
 * Sends what is in the outbox: in order within a thread, side by side between threads, the same id until it is
 * answered (C5). Read marks overtake the rest, since they wait for nothing.
 */
export class Sender {
  private readonly lanes = new Map<string, Lane>();
  private readonly acks = new Map<string, { resolve(seq: number): void; reject(error: unknown): void }>();
  /**
   * Sends that were tried by socket. If no answer came they are tried by HTTP, which says what it does not like about
   * a message where a socket would only close, again and again.
   */
  private readonly triedBySocket = new Set<string>();
  private isStopped = false;
  private readonly outbox: Outbox;
  private readonly http: Http;
  private readonly clock: Clock;
  private readonly host: SenderHost;

  constructor(outbox: Outbox, http: Http, clock: Clock, host: SenderHost) {
    this.outbox = outbox;
    this.http = http;
    this.clock = clock;
    this.host = host;
  }

  /** Goes on wherever something waits: the way to the server is new, or the program has just begun. */
  resume(): void {
    for (const lane of this.lanes.values()) this.free(lane);
    for (const thread of [...this.outbox.threads]) {
      this.run(thread, false);
      this.run(thread, true);
    }
  }

  /** Something of that thread was added or may be tried again. */
  wake(thread: string, isRead: boolean): void {
    this.run(thread, isRead);
  }

  onAck(cid: string, seq: number): void {
    this.acks.get(cid)?.resolve(seq);
  }

  onNack(cid: string, { code, detail, retryAfter }: Omit<NackFrame, 'type'>): void {
    const problem: Problem = { title: detail ?? 'The server refused this', code, status: statusOf(code) };
    // It was answered, so there is nothing to learn by another way.
    this.triedBySocket.delete(cid);
    const waitMs = retryAfter === undefined ? undefined : retryAfter * 1000;
    this.acks.get(cid)?.reject(new RequestError(problem, waitMs));
  }

  /** The socket is gone, and with it every answer that was under way. */
  onLost(): void {
    const lost = new RequestError({ title: 'The connection was lost', code: 'unavailable', status: 0 });
    for (const ack of this.acks.values()) ack.reject(lost);
  }

  stop(): void {
    this.isStopped = true;
    this.onLost();
    for (const lane of this.lanes.values()) this.clock.clearTimeout(lane.timer);
  }

  private run(thread: string, isRead: boolean): void {
    const name = isRead ? `read:${thread}` : `act:${thread}`;
    let lane = this.lanes.get(name);
    if (!lane) {
      lane = { thread, isRead, isBusy: false, attempt: 0, timer: undefined };
      this.lanes.set(name, lane);
    }
    if (isRead && lane.told !== undefined && lane.told !== this.newestRead(thread)?.id) this.free(lane);
    if (lane.isBusy || lane.timer !== undefined || this.isStopped || !this.host.isReachable()) return;
    const entry = this.outbox.of(thread).find((e) => isWaiting(e) && (e.act.kind === 'read') === isRead);
    if (entry) void this.attempt(entry, lane);
    else this.lanes.delete(name);
  }

  /** It waits no more, and whatever is next is tried as if for the first time. */
  private free(lane: Lane): void {
    this.clock.clearTimeout(lane.timer);
    lane.timer = undefined;
    lane.told = undefined;
    lane.attempt = 0;
  }

  private newestRead(thread: string): OutboxEntry | undefined {
    return this.outbox.of(thread).findLast(({ act }) => act.kind === 'read');
  }

  private async attempt(entry: OutboxEntry, lane: Lane): Promise<void> {
    lane.isBusy = true;
    let waitMs = 0;
    try {
      await this.outbox.whenStored(entry.id);
      if (lane.isRead) {
        waitMs = await this.tell(entry, lane);
      } else {
        await this.perform(entry);
        lane.attempt = 0;
      }
    } catch (error) {
      waitMs = this.onFailure(entry, error, lane);
    }
    lane.isBusy = false;
    if (this.isStopped) return;
    if (waitMs === 0) {
      this.run(lane.thread, lane.isRead);
      return;
    }
    lane.timer = this.clock.setTimeout(() => {
      lane.timer = undefined;
      lane.told = undefined;
      this.run(lane.thread, lane.isRead);
    }, waitMs);
  }

  /** How long to wait before the next try; 0 if the entry is out of the way. */
  private onFailure(entry: OutboxEntry, error: unknown, lane: Lane): number {
    if (this.isStopped) return 0;
    const backoff = backoffMs(this.clock, lane.attempt++) + 1;
    if (!(error instanceof RequestError)) return backoff;
    if (error.problem.status === 401) {
      this.host.onEnded();
      return backoff;
    }
    if (error.isTemporary) return error.retryAfterMs ?? backoff;
    const { kind } = entry.act;
    // A refused mark or setting has nothing to show: what the server says is shown instead.
    if (kind === 'read' || kind === 'update' || kind === 'deleteThread') this.outbox.remove(entry.id);
    else this.outbox.replace({ ...entry, error: error.problem });
    return 0;
  }

  private async perform(entry: OutboxEntry): Promise<void> {
    const { act, id, thread } = entry;
    const path = `/threads/${encodeURIComponent(thread)}`;
    switch (act.kind) {
      case 'send': {
        const seq = await this.send(entry, path);
        // Gone already if the change that carries the cid was faster than this answer (C4).
        const held = this.outbox.get(id);
        if (held) this.outbox.replace({ ...held, seq });
        return;
      }
      case 'edit':
        this.host.onMessage(
          thread,
          await this.ask('PATCH', `${path}/messages/${act.seq}`, { text: act.text }),
        );
        break;
      case 'delete':
        this.host.onMessage(thread, await this.ask('DELETE', `${path}/messages/${act.seq}`));
        break;
      case 'react': {
        const reaction = `${path}/messages/${act.seq}/reactions/${encodeURIComponent(act.emoji)}`;
        this.host.onMessage(thread, await this.ask(act.on ? 'PUT' : 'DELETE', reaction));
        break;
      }
      case 'update':
        this.host.onHead(await this.ask('PATCH', path, act.changes));
        break;
      case 'deleteThread': {
        const version = this.host.headVersion(thread);
        await this.ask('DELETE', path);
        this.host.onThreadDeleted(thread, version);
        break;
      }
      case 'read':
        return;
    }
    this.outbox.remove(id);
  }

  private async send(entry: OutboxEntry, path: string): Promise<number> {
    const { act, id, thread } = entry as OutboxEntry & {
      act: { kind: 'send'; text: string; replyTo?: number };
    };
    const { kind: _, ...content } = act;
    const wasTriedBySocket = this.triedBySocket.delete(id);
    if (this.host.isLive() && !wasTriedBySocket) {
      const answer = new Promise<number>((resolve, reject) => this.acks.set(id, { resolve, reject }));
      const lost = new RequestError({ title: 'No answer came', code: 'unavailable', status: 0 });
      const timer = this.clock.setTimeout(() => this.acks.get(id)?.reject(lost), ACK_MS);
      try {
        if (this.host.sendFrame({ type: 'send', cid: id, thread, ...content })) {
          this.triedBySocket.add(id);
          const seq = await answer;
          this.triedBySocket.delete(id);
          return seq;
        }
      } finally {
        this.acks.delete(id);
        this.clock.clearTimeout(timer);
      }
    }
    // What is asked on the old way may never be answered: the new one is asked instead.
    const { renewed } = this.http;
    try {
      const body = { cid: id, ...content };
      return (await this.http.request<Message>('POST', `${path}/messages`, body, ACK_MS, renewed)).seq;
    } catch (error) {
      // HTTP has not said yet what it makes of it, and a socket that just came back would be closed by it again.
      if (wasTriedBySocket && renewed.aborted) this.triedBySocket.add(id);
      throw error;
    }
  }

  /** Everything that waits in the outbox may be asked twice (C5), so nothing is waited for longer than by socket. */
  private ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    return this.http.repeatable<T>(method, path, body, ACK_MS);
  }

  /** Tells a read mark. Its entry goes when a head shows it; until then it is told again. */
  private async tell(entry: OutboxEntry, lane: Lane): Promise<number> {
    await new Promise<void>((resolve) => this.clock.setTimeout(resolve, READ_DELAY_MS));
    // Marks made meanwhile took this one's place: one frame says it all.
    const newest = this.newestRead(entry.thread);
    if (newest?.act.kind !== 'read' || this.isStopped) return 0;
    const { seq } = newest.act;
    if (lane.attempt === 0 && this.host.sendFrame({ type: 'read', thread: entry.thread, seq })) {
      lane.attempt = 1;
      lane.told = newest.id;
      return READ_CONFIRM_MS;
    }
    this.host.onHead(await this.ask('PATCH', `/threads/${encodeURIComponent(entry.thread)}`, { read: seq }));
    lane.attempt = 0;
    this.outbox.remove(newest.id);
    return 0;
  }
}

/** A refusal by socket as HTTP would have put it, which is what tells a lasting one from a temporary one. */
function statusOf(code: ErrorCode): number {
  if (temporary.includes(code)) return code === 'rate_limited' ? 429 : 503;
  return code === 'unauthenticated' ? 401 : 400;
}
