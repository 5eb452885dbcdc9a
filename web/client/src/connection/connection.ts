import { backoffMs } from '../backoff.ts';
import type { Clock } from '../clock.ts';
import { type Http, RequestError } from '../http.ts';
import type { ConnectionState } from '../parley.ts';
import {
  type ChangesFrame,
  type ClientFrame,
  CloseCode,
  type ResetFrame,
  type ServerFrame,
  SUBPROTOCOL,
} from '../protocol.ts';
import type { CreateSocket, SocketLike } from './socket.ts';

/** A ping at least this often; the server takes a device that is silent for 45 s as gone. */
const PING_MS = 20_000;
/** What was stored is told within this time (delivered marks follow from it). */
const PING_SOON_MS = 500;
/** A socket that answers a ping with nothing at all for so long is dead. */
const SILENCE_MS = 10_000;
const WAKE_SILENCE_MS = 3_000;
const ASLEEP_RETRY_MS = 30_000;
/** A `hello` that is not answered by then is lost, or the socket carries nothing. */
const HELLO_MS = 10_000;
const OPEN_MS = 10_000;
/** How long a version that a pong revealed may still be under way before it is asked for (S14). */
const LOST_POKE_MS = 1_000;
/** Sockets that failed in a row, while HTTP worked, before polling takes over. */
const FAILURES_TO_POLL = 3;
/** A socket that ends sooner than this was ended by what is in between. */
const LASTING_MS = 5_000;
/** After a try that took longer to fail than the wait would be, the next one comes within this time. */
const RETRY_GAP_MS = 1_000;
/** While polling, a socket is tried after the first of these, and then less and less often, down to the second. */
const SOCKET_RETRY_MS = 2_000;
const SOCKET_RETRY_MAX_MS = 60_000;
const POLL_WAIT_S = 25;
const POLL_MIN_MS = 1_000;
/** The account has more devices than may be connected. Coming back at once would only put out another one. */
const REPLACED_MS = 60_000;
/** A frame has at most 64 KiB, and a character at most 4 bytes. */
const FRAME_CHARACTERS = 16 * 1024;

export interface ConnectionHost {
  /** Where the replica stands; null while it must bootstrap, and no `hello` is sent until `resume`. */
  position(): { epoch: string; version: number } | null;
  /** Revisions of the windows that are open or were lately. */
  hot(): Record<string, number>;
  /** The version that is applied and stored. */
  storedVersion(): number;
  onFrame(frame: ServerFrame): void;
  onState(state: ConnectionState['state'], transport: ConnectionState['transport']): void;
  /** The socket takes frames; what the server knows of this device only by them must be said again. */
  onLive(): void;
  /** The session is no more. */
  onEnded(): void;
}

export interface ConnectionOptions {
  url: string;
  http: Http;
  clock: Clock;
  createSocket: CreateSocket;
  headers(): Record<string, string>;
}

/**
 * Keeps one way to the server open: a socket, or a long poll where sockets are blocked. It knows when to ask
 * (`hello`), not what the answers mean.
 */
export class Connection {
  private socket: SocketLike | null = null;
  private isWelcome = false;
  private target = 0;
  private helloTimer: unknown;
  private openTimer: unknown;
  private pingTimer: unknown;
  private silenceTimer: unknown;
  private retryTimer: unknown;
  private pokeTimer: unknown;
  private pingAt = 0;
  private attempt = 0;
  /** Sockets closed in a row because of what this device said; a `welcome` does not make up for it, a `pong` does. */
  private refusals = 0;
  private socketFailures = 0;
  private shortSockets = 0;
  private socketRetryMs = SOCKET_RETRY_MS;
  private welcomedAt = 0;
  private lastTry = 0;
  private poll: AbortController | null = null;
  private isStopped = true;
  /** The device said that it has no network, and nothing has shown otherwise. */
  private isAsleep = false;
  private state: ConnectionState['state'] = 'connecting';
  private readonly options: ConnectionOptions;
  private readonly host: ConnectionHost;

  constructor(options: ConnectionOptions, host: ConnectionHost) {
    this.options = options;
    this.host = host;
  }

  get isLive(): boolean {
    return this.isWelcome;
  }

  get transport(): ConnectionState['transport'] {
    return this.poll ? 'longPoll' : 'socket';
  }

  start(): void {
    this.isStopped = false;
    this.setState('connecting');
    this.open();
  }

  stop(): void {
    this.isStopped = true;
    this.dropSocket();
    this.stopPolling();
    this.clear('retryTimer');
  }

  /** Sends if the socket is live and takes a frame of that size; says whether it did. */
  send(frame: ClientFrame): boolean {
    if (!this.isWelcome || this.socket?.readyState !== 1) return false;
    const data = JSON.stringify(frame);
    if (data.length > FRAME_CHARACTERS) return false;
    this.socket.send(data);
    return true;
  }

  /** The replica can be continued: ask for what comes after it. One `hello` is in flight at a time (C1). */
  resume(): void {
    if (this.socket?.readyState === 1 && this.helloTimer === undefined) this.hello();
  }

  /** New messages are stored: the server hears of it within a second. */
  pingSoon(): void {
    if (!this.isWelcome) return;
    const at = this.options.clock.elapsed() + PING_SOON_MS;
    if (at < this.pingAt) this.schedulePing(PING_SOON_MS);
  }

  /** The device came back: on-line again, woken, or looked at. */
  wake(): void {
    if (this.isStopped) return;
    if (this.isWelcome) {
      // It may have slept through the other side's end: no need to wait as long as usual to find out.
      this.ping(WAKE_SILENCE_MS);
      return;
    }
    const { clock } = this.options;
    const wasAsleep = this.isAsleep;
    this.isAsleep = false;
    if (!wasAsleep && (this.retryTimer === undefined || clock.elapsed() - this.lastTry < 1000)) return;
    this.attempt = 0;
    this.retryIn(0);
  }

  /** The device says that it has no network. It may be wrong (the server may be this very machine), so not for ever. */
  sleep(): void {
    if (this.isStopped) return;
    this.isAsleep = true;
    this.dropSocket();
    this.stopPolling();
    this.setState('offline');
    this.retryIn(ASLEEP_RETRY_MS);
  }

  /** The replica moved: catching up may be over. */
  progressed(version: number): void {
    if (this.isWelcome && version >= this.target) this.setState('online');
  }

  private setState(state: ConnectionState['state']): void {
    this.state = state;
    this.host.onState(state, this.transport);
  }

  private open(): void {
    const { clock, createSocket, url, headers } = this.options;
    this.dropSocket();
    this.lastTry = clock.elapsed();
    let socket: SocketLike;
    try {
      socket = createSocket(url, SUBPROTOCOL, headers());
    } catch {
      this.onFailed();
      return;
    }
    this.socket = socket;
    this.openTimer = clock.setTimeout(() => this.onClosed(socket, 0), OPEN_MS);
    socket.onopen = () => {
      if (socket !== this.socket) return;
      this.clear('openTimer');
      // The poll goes on until the socket has shown that it carries something.
      if (!this.poll) this.setState('updating');
      if (this.host.position()) this.hello();
    };
    socket.onmessage = (event: { data: unknown }) => {
      if (socket === this.socket) this.onData(String(event.data));
    };
    socket.onclose = (event: { code: number }) => this.onClosed(socket, event.code);
    socket.onerror = () => {};
  }

  private hello(): void {
    const position = this.host.position();
    const { socket } = this;
    if (!position || !socket) return;
    this.clear('helloTimer');
    this.helloTimer = this.options.clock.setTimeout(() => {
      this.helloTimer = undefined;
      if (this.isWelcome) this.resume();
      else this.onDeaf(socket);
    }, HELLO_MS);
    socket.send(JSON.stringify({ type: 'hello', ...position, hot: this.host.hot() } satisfies ClientFrame));
    if (this.pingAt === 0) this.schedulePing(PING_MS);
  }

  private onData(data: string): void {
    this.clear('silenceTimer');
    const frame = JSON.parse(data) as ServerFrame;
    switch (frame.type) {
      case 'welcome':
        this.clear('helloTimer');
        this.attempt = 0;
        this.isAsleep = false;
        this.socketFailures = 0;
        this.target = frame.version;
        if (!this.isWelcome) this.onWelcome();
        break;
      case 'reset':
        this.clear('helloTimer');
        break;
      case 'pong':
        this.refusals = 0;
        this.checkLost(frame.version);
        break;
      case 'bye':
        this.onBye(frame.retryAfterMs);
        break;
    }
    this.host.onFrame(frame);
    const position = this.host.position();
    if (position) this.progressed(position.version);
  }

  private onWelcome(): void {
    this.isWelcome = true;
    this.welcomedAt = this.options.clock.now();
    if (this.poll) {
      this.stopPolling();
      this.setState('updating');
    }
    this.host.onLive();
  }

  /** A pong may overtake changes that are under way; if they have not come a moment later, a poke was lost. */
  private checkLost(version: number): void {
    const isMissing = () => (this.host.position()?.version ?? version) < version;
    if (!isMissing() || this.pokeTimer !== undefined) return;
    this.pokeTimer = this.options.clock.setTimeout(() => {
      this.pokeTimer = undefined;
      if (isMissing()) this.resume();
    }, LOST_POKE_MS);
  }

  private ping(silenceMs = SILENCE_MS): void {
    const { clock } = this.options;
    this.schedulePing(PING_MS);
    if (!this.send({ type: 'ping', version: this.host.storedVersion() })) return;
    const { socket } = this;
    if (!socket || (this.silenceTimer !== undefined && silenceMs === SILENCE_MS)) return;
    this.clear('silenceTimer');
    this.silenceTimer = clock.setTimeout(() => this.onClosed(socket, 0), silenceMs);
  }

  private schedulePing(ms: number): void {
    const { clock } = this.options;
    this.clear('pingTimer');
    this.pingAt = clock.elapsed() + ms;
    this.pingTimer = clock.setTimeout(() => this.ping(), ms);
  }

  private onBye([min, max]: [number, number]): void {
    const { clock } = this.options;
    this.dropSocket();
    this.setState('connecting');
    this.retryIn(min + clock.random() * (max - min));
  }

  private onClosed(socket: SocketLike, code: number): void {
    if (socket !== this.socket) return;
    const wasWelcome = this.isWelcome;
    this.dropSocket();
    if (code === CloseCode.sessionEnded) {
      this.isStopped = true;
      this.stopPolling();
      this.host.onEnded();
    } else if (wasWelcome) {
      this.setState('connecting');
      const wait = this.waitAfter(code);
      if (wait === 0 && this.isCutShort()) {
        this.onFailed();
        return;
      }
      this.retryIn(wait);
    } else {
      this.onFailed();
    }
  }

  /** The first try is immediate, unless the server put this device out. A person who looks at it need not wait: `wake`. */
  private waitAfter(code: number): number {
    const { clock } = this.options;
    if (code === CloseCode.replaced) return REPLACED_MS * (1 + clock.random());
    if (code === CloseCode.unreadable) return backoffMs(clock, ++this.refusals + 3, 500, REPLACED_MS);
    return 0;
  }

  /** Whether sockets end so soon, one after the other, that they are as good as blocked. */
  private isCutShort(): boolean {
    if (this.options.clock.now() - this.welcomedAt >= LASTING_MS) {
      this.shortSockets = 0;
      this.socketRetryMs = SOCKET_RETRY_MS;
      return false;
    }
    if (++this.shortSockets < FAILURES_TO_POLL) return false;
    this.socketFailures = FAILURES_TO_POLL;
    return true;
  }

  /** A socket that opens and carries nothing: no need to see that three times, HTTP shows whether there is a network. */
  private onDeaf(socket: SocketLike): void {
    this.socketFailures = FAILURES_TO_POLL;
    this.onClosed(socket, 0);
  }

  /** A socket that never came to be. HTTP tells why: signed out, no network, or something that blocks sockets. */
  private onFailed(): void {
    if (this.isStopped) return;
    this.socketFailures++;
    if (this.poll) {
      this.retrySocket();
      return;
    }
    if (this.isAsleep) {
      this.retryIn(ASLEEP_RETRY_MS);
      return;
    }
    const { clock } = this.options;
    // In a network that swallows everything a try takes long to fail. That is waiting enough: it may be back by now.
    const left = backoffMs(clock, this.attempt++) - (clock.elapsed() - this.lastTry);
    this.retryIn(left > 0 ? left : clock.random() * RETRY_GAP_MS);
    void this.probe();
  }

  private async probe(): Promise<void> {
    try {
      await this.askHttp(0);
      if (this.isStopped || this.isAsleep || this.isWelcome || this.poll) return;
      if (this.socketFailures >= FAILURES_TO_POLL) void this.pollOn();
      else if (this.state === 'offline') this.setState('connecting');
    } catch (error) {
      this.onHttpFailed(error);
    }
  }

  private onHttpFailed(error: unknown): void {
    if (this.isStopped) return;
    if (error instanceof RequestError && error.problem.status === 401) {
      this.stop();
      this.host.onEnded();
    } else if (!this.isWelcome && this.socket?.readyState !== 1) {
      this.setState('offline');
    }
  }

  private async pollOn(): Promise<void> {
    this.poll = new AbortController();
    const { signal } = this.poll;
    this.retrySocket();
    // The probe that led here caught up.
    if (this.host.position()) this.setState('online');
    let failures = 0;
    while (!signal.aborted) {
      try {
        const before = this.host.position()?.version;
        const began = this.options.clock.elapsed();
        // Where the last one failed the next is answered at once, so that a network which is back is noticed soon.
        const isAsked = await this.askHttp(failures === 0 ? POLL_WAIT_S : 0, signal);
        if (signal.aborted) return;
        const wasAway = failures > 0;
        failures = 0;
        if (isAsked) this.setState('online');
        // Something in between that does not let the server wait must not be asked without end.
        const isIdle = this.host.position()?.version === before;
        if (isIdle && !wasAway && this.options.clock.elapsed() - began < POLL_MIN_MS)
          await this.sleepFor(POLL_MIN_MS);
      } catch (error) {
        if (signal.aborted) return;
        this.onHttpFailed(error);
        if (this.isStopped) return;
        // Not only sockets were blocked: whatever comes back first is taken.
        this.socketRetryMs = SOCKET_RETRY_MS;
        if (this.socket === null) this.retrySocket();
        await this.sleepFor(backoffMs(this.options.clock, ++failures));
      }
    }
  }

  /** Asks over HTTP what changed; false if there is no version yet to ask from. */
  private async askHttp(waitSeconds: number, signal?: AbortSignal): Promise<boolean> {
    const { http } = this.options;
    const position = this.host.position();
    if (!position) {
      await http.get('/me', signal);
      return false;
    }
    const query = new URLSearchParams({
      epoch: position.epoch,
      version: String(position.version),
      wait: String(waitSeconds),
    });
    const frame = await http.get<ChangesFrame | ResetFrame | undefined>(
      `/sync?${query}`,
      signal,
      (waitSeconds + 10) * 1000,
    );
    if (frame && !this.isStopped && !signal?.aborted) this.host.onFrame(frame);
    return true;
  }

  private retrySocket(): void {
    this.retryIn(this.socketRetryMs);
    this.socketRetryMs = Math.min(2 * this.socketRetryMs, SOCKET_RETRY_MAX_MS);
  }

  private sleepFor(ms: number): Promise<void> {
    return new Promise((resolve) => this.options.clock.setTimeout(resolve, ms));
  }

  private stopPolling(): void {
    this.poll?.abort();
    this.poll = null;
  }

  private retryIn(ms: number): void {
    this.clear('retryTimer');
    this.retryTimer = this.options.clock.setTimeout(() => {
      this.retryTimer = undefined;
      this.open();
    }, ms);
  }

  private dropSocket(): void {
    for (const timer of ['helloTimer', 'openTimer', 'pingTimer', 'silenceTimer', 'pokeTimer'] as const) {
      this.clear(timer);
    }
    this.pingAt = 0;
    this.isWelcome = false;
    const { socket } = this;
    this.socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    // An error after this (a handshake that is cut short, say) concerns nobody, but must have a listener in Node.
    socket.onerror = () => {};
    socket.close();
  }

  private clear(
    timer: 'helloTimer' | 'openTimer' | 'pingTimer' | 'silenceTimer' | 'retryTimer' | 'pokeTimer',
  ): void {
    this.options.clock.clearTimeout(this[timer]);
    this[timer] = undefined;
  }
}
