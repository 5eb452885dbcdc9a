import type { Clock } from '../../src/clock.ts';
import type { CreateSocket, SocketLike } from '../../src/connection/socket.ts';
import type { ChangesFrame, ClientFrame, ErrorCode, ServerFrame } from '../../src/protocol.ts';
import { settle } from './manualClock.ts';
import type { ModelServer } from './modelServer.ts';

/** One delivery that is under way: it happens when the network is told to. */
export interface Packet {
  kind: 'request' | 'response' | 'open' | 'toServer' | 'toClient' | 'close';
  what: string;
  deliver(): void;
  /** What becomes of whoever waits for it, if it is lost. */
  lose(): void;
}

interface Held {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

/** Half of a surrogate pair is no character: HTTP refuses such a text, and a socket is closed by it. */
const isUnreadable = (text: string) => /\p{Surrogate}/u.test(text);

/** The network between one device and the model server. Nothing moves unless `isOpen` is set or a packet is delivered. */
export class FakeNetwork {
  readonly packets: Packet[] = [];
  /** Packets are delivered by themselves, in order. */
  isAutomatic = true;
  /** Requests and sockets fail at once. */
  isDown = false;
  /** Nothing arrives, and nobody is told: connections look open on both ends. */
  isSilent = false;
  /** Sends that the server takes by socket before it asks for a pause of three seconds. */
  sendsLeft = Number.POSITIVE_INFINITY;
  /** Sockets fail, HTTP works. */
  blocksSockets = false;
  /** Sockets open, and carry nothing. */
  losesFrames = false;
  /** Requests that were made: "GET /me". */
  readonly requests: string[] = [];
  /** Frames that the device sent. */
  readonly frames: ClientFrame[] = [];
  readonly sockets: FakeSocket[] = [];
  private readonly polls: (() => void)[] = [];
  /** Answers in place of the server's, asked first. */
  intercept: (method: string, path: string, body: unknown) => Held | undefined = () => undefined;
  isSignedIn = true;
  /** The code that a message is refused with, by socket as by HTTP. */
  refusal: () => ErrorCode | undefined = () => undefined;
  /** Told of the cid of each message that the device tries to send. */
  beforeSend: (cid: string) => void = () => {};
  /** Ends a long poll that has nothing to say; without it such a poll waits for ever. */
  clock: Clock | undefined;
  readonly server: ModelServer;
  readonly user: string;

  constructor(server: ModelServer, user: string) {
    this.server = server;
    this.user = user;
    server.watchers.add(this.onCommit);
  }

  private readonly onCommit = (users: string[]): void => {
    if (!users.includes(this.user)) return;
    for (const socket of this.sockets) socket.poke();
    for (const poll of this.polls.splice(0)) poll();
  };

  readonly fetch: typeof fetch = (input, init) =>
    new Promise<Response>((resolve, reject) => {
      const url = new URL(String(input));
      const method = init?.method ?? 'GET';
      const path = url.pathname.replace('/api', '') + url.search;
      this.requests.push(`${method} ${path}`);
      const fail = () => reject(new TypeError('network error'));
      init?.signal?.addEventListener('abort', fail);
      const body = typeof init?.body === 'string' ? JSON.parse(init.body) : undefined;
      if (method === 'POST' && body.cid !== undefined) this.beforeSend(body.cid);
      this.put({
        kind: 'request',
        what: `${method} ${path}`,
        lose: fail,
        deliver: () => {
          const respond = (answer: Held) =>
            this.put({
              kind: 'response',
              what: `${method} ${path}`,
              lose: fail,
              deliver: () => resolve(toResponse(answer)),
            });
          const isWaiting = url.searchParams.has('wait') && url.searchParams.get('wait') !== '0';
          const answer = () => this.intercept(method, path, body) ?? this.answer(method, url, body);
          if (isWaiting) this.wait(answer, respond);
          else respond(answer());
        },
      });
    });

  readonly createSocket: CreateSocket = () => {
    const socket = new FakeSocket(this);
    this.sockets.push(socket);
    this.put({
      kind: 'open',
      what: 'socket',
      lose: () => socket.end(1006),
      deliver: () => (this.blocksSockets ? socket.end(1006) : socket.open()),
    });
    return socket;
  };

  /** A long poll: answered when there is something to say. */
  private wait(answer: () => Held, respond: (answer: Held) => void): void {
    const now = answer();
    const { from, to } = (now.body ?? {}) as { from?: number; to?: number };
    if (now.status !== 200 || from === undefined || from !== to) {
      respond(now);
      return;
    }
    let isAnswered = false;
    this.polls.push(() => {
      if (isAnswered) return;
      isAnswered = true;
      this.wait(answer, respond);
    });
    this.clock?.setTimeout(() => {
      if (isAnswered) return;
      isAnswered = true;
      respond(answer());
    }, 25_000);
  }

  put(packet: Packet): void {
    if (this.isSilent) return;
    if (this.isDown) {
      queueMicrotask(packet.lose);
      return;
    }
    if (this.losesFrames && (packet.kind === 'toServer' || packet.kind === 'toClient')) return;
    this.packets.push(packet);
    if (this.isAutomatic) queueMicrotask(() => this.flush());
  }

  /** Delivers everything that is under way, and what follows from it. */
  flush(): void {
    for (let packet = this.packets.shift(); packet; packet = this.packets.shift()) packet.deliver();
  }

  /** Delivers what is under way now, and not what follows from it. */
  deliver(): void {
    for (const packet of this.packets.splice(0)) packet.deliver();
  }

  async run(): Promise<void> {
    for (let round = 0; round < 50; round++) {
      await settle();
      if (this.packets.length === 0) return;
      this.flush();
    }
  }

  /** Everything under way is lost and every socket closes. */
  cut(): void {
    for (const packet of this.packets.splice(0)) packet.lose();
    for (const socket of this.sockets.splice(0)) socket.end(1006);
  }

  /** The device is gone, and the server knows it. What it had sent may still arrive. */
  leave(): Packet[] {
    const late = this.packets.filter(({ kind }) => kind === 'request' || kind === 'toServer');
    this.packets.length = 0;
    this.isDown = true;
    this.server.watchers.delete(this.onCommit);
    for (const socket of this.sockets.splice(0)) socket.close();
    return late;
  }

  private answer(method: string, url: URL, body: unknown): Held {
    const { server, user } = this;
    const path = url.pathname.replace('/api', '');
    if (path === '/sessions/current' && method === 'GET') {
      return { status: 200, body: { user: this.isSignedIn ? server.users.get(user)?.me : null } };
    }
    if (!this.isSignedIn && path !== '/sessions') return problem(401, 'unauthenticated');
    const query = url.searchParams;
    const pageToken = query.get('pageToken');
    const limit = Number(query.get('limit') ?? 100);
    const ok = (value: unknown, status = 200): Held => ({ status, body: value });
    if (path === '/me') return ok({ user: server.users.get(user)?.me });
    if (path === '/sessions' && method === 'POST') {
      this.isSignedIn = true;
      return ok({ user: server.users.get(user)?.me, token: 'token' });
    }
    if (path.startsWith('/sessions/')) {
      this.isSignedIn = false;
      return ok(undefined, 204);
    }
    if (path === '/bootstrap') return ok(server.bootstrap(user, limit));
    if (path === '/sync') {
      return ok(
        server.sync(user, { epoch: query.get('epoch') ?? '', version: Number(query.get('version')) }),
      );
    }
    if (path === '/threads' && method === 'POST') {
      const id = server.startThread(user, (body as { userIds: string[] }).userIds[0] as string);
      return ok(server.head(user, id), 201);
    }
    if (path === '/threads') return ok(server.threadPage(user, limit, pageToken ?? undefined));
    const [, , thread = '', part, seqText, , emoji] = path.split('/').map(decodeURIComponent);
    if (method === 'POST' ? !server.maySend(user, thread) : !server.isMember(user, thread)) {
      return problem(404, 'not_found');
    }
    const seq = Number(seqText);
    if (part === undefined) {
      if (method === 'GET') return ok(server.head(user, thread));
      if (method === 'PATCH') return ok(server.update(user, thread, body as object));
      server.deleteForMe(user, thread);
      return ok(undefined, 204);
    }
    if (part === 'changes') return ok(server.changes(user, thread, Number(query.get('revision'))));
    if (emoji !== undefined) {
      return found(server.react(user, thread, seq, emoji, method === 'PUT'));
    }
    const isOwn = server.threads.get(thread)?.messages.get(seq)?.from === user;
    if ((method === 'PATCH' || method === 'DELETE') && !isOwn) return problem(404, 'not_found');
    if (method === 'PATCH') return found(server.edit(thread, seq, (body as { text: string }).text));
    if (method === 'DELETE') return found(server.delete(thread, seq));
    if (method === 'POST') {
      const code = this.refusal();
      if (code !== undefined) return problem(code === 'unavailable' ? 503 : 400, code);
      const { cid, text, replyTo } = body as { cid: string; text: string; replyTo?: number };
      if (isUnreadable(text)) return problem(400, 'invalid_request');
      return ok(server.send(user, thread, cid, text, replyTo), 201);
    }
    const around = query.get('around');
    return ok(
      server.messagePage(user, thread, {
        limit,
        ...(pageToken === null ? {} : { pageToken }),
        ...(around === null ? {} : { around: Number(around) }),
      }),
    );
  }
}

/** The device's end of a socket together with the server's pump for it (S9–S11). */
export class FakeSocket implements SocketLike {
  readyState = 0;
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  /** Where the server's pump for this socket stands; null before `hello`. */
  position: { epoch: string; version: number } | null = null;
  /** The server is not poked: this socket falls behind without knowing (S10). */
  isDeaf = false;
  private revisions: Record<string, number> = {};
  private readonly network: FakeNetwork;

  constructor(network: FakeNetwork) {
    this.network = network;
  }

  send(data: string): void {
    const frame = JSON.parse(data) as ClientFrame;
    this.network.frames.push(frame);
    if (frame.type === 'send') this.network.beforeSend(frame.cid);
    this.network.put({
      kind: 'toServer',
      what: frame.type,
      lose: () => {},
      // What was on its way when the device gave the socket up may still arrive.
      deliver: () => {
        if (this.readyState === 1 || frame.type === 'send' || frame.type === 'read') this.onFrame(frame);
      },
    });
  }

  close(): void {
    this.readyState = 3;
    this.position = null;
  }

  open(): void {
    if (this.readyState !== 0) return;
    this.readyState = 1;
    this.onopen?.(undefined as never);
  }

  /** The server, or the network, ends it. */
  end(code: number): void {
    if (this.readyState === 3) return;
    this.close();
    this.onclose?.({ code } as never);
  }

  /** Something changed for this user. */
  poke(): void {
    if (this.position && !this.isDeaf && this.readyState === 1) this.pump();
  }

  push(frame: ServerFrame): void {
    const data = JSON.stringify(frame);
    this.network.put({
      kind: 'toClient',
      what: frame.type,
      lose: () => {},
      deliver: () => {
        if (this.readyState === 1) this.onmessage?.({ data } as never);
      },
    });
  }

  private onFrame(frame: ClientFrame): void {
    const { server, user, isSignedIn } = this.network;
    if (!isSignedIn) {
      this.end(4401);
      return;
    }
    switch (frame.type) {
      case 'hello':
        this.position = { epoch: frame.epoch ?? '', version: frame.version ?? 0 };
        this.revisions = { ...frame.hot };
        this.push({
          type: 'welcome',
          epoch: server.epoch,
          version: server.version(user),
          now: '2026-01-01T00:00:00.000Z',
        });
        this.pump();
        // Live pushes carry every thread's message changes, from where the pump stands.
        for (const [id, { revision }] of server.threads) this.revisions[id] ??= revision;
        break;
      case 'send':
        if (isUnreadable(frame.text)) {
          this.end(4400);
          break;
        }
        if (this.network.sendsLeft-- <= 0) {
          this.push({ type: 'nack', cid: frame.cid, code: 'rate_limited', retryAfter: 3 });
          break;
        }
        {
          const code = server.maySend(user, frame.thread) ? this.network.refusal() : 'not_found';
          if (code !== undefined) {
            this.push({ type: 'nack', cid: frame.cid, code });
            break;
          }
          const { seq } = server.send(user, frame.thread, frame.cid, frame.text, frame.replyTo);
          this.push({ type: 'ack', cid: frame.cid, thread: frame.thread, seq });
        }
        break;
      case 'read':
        server.update(user, frame.thread, { read: frame.seq });
        break;
      case 'ping':
        server.delivered(user, frame.version);
        this.push({ type: 'pong', version: server.version(user) });
        break;
    }
  }

  private pump(): void {
    const { server, user } = this.network;
    while (
      this.position &&
      (this.position.epoch !== server.epoch || this.position.version < server.version(user))
    ) {
      const frame = server.sync(user, this.position, this.revisions);
      this.push(frame);
      if (frame.type === 'reset') {
        this.position = null;
        return;
      }
      this.position = { epoch: frame.epoch, version: frame.to };
      this.remember(frame);
    }
  }

  private remember(frame: ChangesFrame): void {
    for (const head of frame.threads) this.revisions[head.id] = head.revision;
  }
}

/** As much of a Response as the SDK reads, without its streams. */
function toResponse({ status, body, headers }: Held): Response {
  const json = JSON.stringify(body);
  return {
    ok: status < 400,
    status,
    statusText: '',
    headers: new Headers(headers),
    json: async () => JSON.parse(json),
  } as Response;
}

function problem(status: number, code: ErrorCode): Held {
  return { status, body: { title: code, status, code } };
}

function found(message: unknown): Held {
  return message === undefined ? problem(404, 'not_found') : { status: 200, body: message };
}
