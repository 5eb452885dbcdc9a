import { expect } from 'vitest';
import type {
  Bootstrap,
  ChangesFrame,
  Head,
  Message,
  MessagePage,
  ResetFrame,
  ThreadChanges,
  ThreadPage,
} from '../../src/protocol.ts';
import { Replica, type ReplicaState } from '../../src/replica/replica.ts';
import type { ThreadWindow } from '../../src/replica/threadWindow.ts';
import { ModelServer } from './modelServer.ts';

const PAGE = 2;

type Packet = { to: SimulatedClient; life: number } & (
  | { kind: 'frame'; frame: ChangesFrame | ResetFrame }
  | { kind: 'newest'; thread: string; page: MessagePage }
  | { kind: 'older'; thread: string; low: number; page: MessagePage }
  | { kind: 'changes'; thread: string; changes: ThreadChanges }
  | { kind: 'bootstrap'; bootstrap: Bootstrap }
  | { kind: 'listPage'; generation: number; page: ThreadPage }
);

interface Stored {
  state: ReplicaState;
  heads: Head[];
  windows: Map<string, ThreadWindow>;
}

/** The product's replica, and what the engine would decide around it, without the engine's waiting. */
export class SimulatedClient {
  /** What write-behind would have on disk: the messages of every run, in memory or not. */
  private disk = new Map<string, Map<number, Message>>();
  replica = this.newReplica();
  /** A reset came, and no bootstrap since. */
  isReset = false;
  /** Answers to requests die with the program that asked. */
  life = 0;
  private saved: Stored | null = null;
  readonly user: string;

  constructor(user: string) {
    this.user = user;
  }

  get position() {
    return this.isReset ? null : this.replica.position;
  }

  hot(): Record<string, number> {
    return Object.fromEntries([...this.replica.windows].map(([thread, { revision }]) => [thread, revision]));
  }

  persist(): void {
    const { epoch, version, me, isComplete, heads, windows } = this.replica;
    if (epoch === null || me === null) return;
    this.saved = {
      state: { epoch, version, me, isComplete },
      heads: [...heads.values()],
      windows: new Map(
        [...windows].map(([thread, window]) => [thread, { ...window, items: this.stored(thread, window) }]),
      ),
    };
  }

  private stored(thread: string, { low }: ThreadWindow): Message[] {
    const messages = [...(this.disk.get(thread)?.values() ?? [])];
    return messages.filter((message) => message.seq >= low).sort((a, b) => a.seq - b.seq);
  }

  private newReplica(): Replica {
    return new Replica({
      onHead: () => {},
      onWindow: (thread, window) => {
        if (!window) this.disk.delete(thread);
      },
      onMessages: (thread, messages) => this.write(thread, messages),
      onChanges: () => {},
      onMe: () => {},
      onCleared: () => this.disk.clear(),
    });
  }

  private write(thread: string, messages: readonly Message[]): void {
    const held = this.disk.get(thread) ?? new Map<number, Message>();
    this.disk.set(thread, held);
    for (const message of messages) {
      if ((held.get(message.seq)?.revision ?? -1) < message.revision) held.set(message.seq, message);
    }
  }

  crash(): void {
    this.life++;
    this.isReset = false;
    this.disk = new Map();
    this.replica = this.newReplica();
    const stored = this.saved;
    if (!stored) return;
    this.replica.restore(stored.state, stored.heads);
    for (const [thread, window] of stored.windows) {
      this.replica.adoptWindow(thread, window);
      this.write(thread, window.items);
      // Some runs come back whole, some stay on disk until they are wanted.
      if (window.items.length % 2 === 0) this.replica.applyStored(thread, 0, window.items);
    }
  }
}

/** A server, a device per user, and a network that loses, doubles and reorders. Every step is one method. */
export class Simulation {
  readonly server = new ModelServer();
  readonly clients: SimulatedClient[];
  private network: Packet[] = [];
  /** What the server's pump believes to have sent to each. */
  private readonly sent = new Map<string, { epoch: string; version: number; hot: Record<string, number> }>();
  private cids = 0;
  private readonly threads: string[] = [];

  constructor(users: string[]) {
    this.server.largeLimit = 2;
    for (const user of users) this.server.addUser(user);
    for (const [index, user] of users.entries()) {
      this.threads.push(this.server.startThread(user, users[(index + 1) % users.length] as string));
      this.sent.set(user, { epoch: this.server.epoch, version: 0, hot: {} });
    }
    for (const thread of this.threads) {
      for (let count = 0; count < 4; count++)
        this.server.send(thread.split('-')[0] as string, thread, `c${++this.cids}`, 'early');
    }
    this.clients = users.map((user) => new SimulatedClient(user));
    // Devices that are in use: what goes wrong afterwards is what is looked for.
    this.heal();
    for (const { user, replica } of this.clients) {
      const thread = this.threadOf(user, 0);
      replica.applyNewestPage(thread, this.server.messagePage(user, thread, { limit: PAGE }));
      this.sent.set(user, { epoch: this.server.epoch, version: this.server.version(user), hot: {} });
    }
  }

  // Acts.

  send(user: string, pick: number): void {
    const cid = pick === 9 ? `c${this.cids}` : `c${++this.cids}`;
    this.server.send(user, this.threadOf(user, pick), cid, `text ${this.cids}`);
  }

  edit(user: string, pick: number): void {
    this.withMessage(user, pick, (thread, seq) => this.server.edit(thread, seq, `edited ${++this.cids}`));
  }

  react(user: string, pick: number): void {
    this.withMessage(user, pick, (thread, seq) => this.server.react(user, thread, seq, '👍', pick % 3 > 0));
  }

  delete(user: string, pick: number): void {
    this.withMessage(user, pick, (thread, seq) => this.server.delete(thread, seq));
  }

  purge(user: string, pick: number): void {
    this.withMessage(user, pick, (thread, seq) => this.server.purge(thread, seq));
  }

  read(user: string, pick: number): void {
    this.server.update(user, this.threadOf(user, pick), { read: pick });
  }

  deleteForMe(user: string, pick: number): void {
    this.server.deleteForMe(user, this.threadOf(user, pick));
  }

  start(user: string, pick: number): void {
    const [a, b] = this.threadOf(user, pick).split('-') as [string, string];
    this.server.startThread(a, b);
  }

  collect(user: string): void {
    this.server.collect(user);
  }

  backup(): void {
    this.server.backup();
  }

  restore(): void {
    this.server.restore();
  }

  // What is put on the network.

  push(user: string): void {
    const at = this.sent.get(user);
    if (!at) return;
    const frame = this.server.sync(user, at, at.hot, 9);
    if (frame.type === 'reset') {
      this.sent.set(user, { epoch: this.server.epoch, version: this.server.version(user), hot: {} });
    } else {
      at.version = frame.to;
      for (const head of frame.threads) at.hot[head.id] = head.revision;
    }
    this.put({ to: this.client(user), life: 0, kind: 'frame', frame });
  }

  /** By socket with the windows' revisions, or by HTTP without: then windows stay behind while the version moves on. */
  sync(user: string, pick: number): void {
    const client = this.client(user);
    const { position } = client;
    if (!position) return;
    const frame = this.server.sync(user, position, pick % 2 === 0 ? client.hot() : {}, 1 + (pick % 3));
    this.put({ to: client, life: client.life, kind: 'frame', frame });
  }

  newest(user: string, pick: number): void {
    const client = this.client(user);
    const thread = this.threadOf(user, pick);
    const page = this.server.messagePage(user, thread, { limit: PAGE });
    this.put({ to: client, life: client.life, kind: 'newest', thread, page });
  }

  older(user: string, pick: number): void {
    const client = this.client(user);
    const thread = this.threadOf(user, pick);
    const window = client.replica.windows.get(thread);
    if (!window || window.low <= client.replica.clearedSeq(thread) + 1) return;
    const page = this.server.messagePage(user, thread, {
      limit: PAGE,
      ...(window.olderPageToken === undefined
        ? { around: window.low }
        : { pageToken: window.olderPageToken }),
    });
    this.put({ to: client, life: client.life, kind: 'older', thread, low: window.low, page });
  }

  changes(user: string, pick: number): void {
    const client = this.client(user);
    const thread = this.threadOf(user, pick);
    const window = client.replica.windows.get(thread);
    if (!window) return;
    const changes = this.server.changes(user, thread, window.revision, PAGE);
    this.put({ to: client, life: client.life, kind: 'changes', thread, changes });
  }

  bootstrap(user: string): void {
    const client = this.client(user);
    this.put({ to: client, life: client.life, kind: 'bootstrap', bootstrap: this.server.bootstrap(user, 1) });
  }

  listPage(user: string): void {
    const client = this.client(user);
    const { nextPageToken, generation } = client.replica;
    if (nextPageToken === null) return;
    const page = this.server.threadPage(user, 1, nextPageToken);
    this.put({ to: client, life: client.life, kind: 'listPage', generation, page });
  }

  // What the network and the devices do.

  deliver(_user: string, pick: number): void {
    const index = this.index(pick);
    const [packet] = this.network.splice(index, 1);
    if (packet) this.receive(packet);
  }

  duplicate(_user: string, pick: number): void {
    const packet = this.network[this.index(pick)];
    if (packet) this.receive(packet);
  }

  drop(_user: string, pick: number): void {
    this.network.splice(this.index(pick), 1);
  }

  persist(user: string): void {
    this.client(user).persist();
  }

  crash(user: string): void {
    this.client(user).crash();
  }

  /** The network works again: every client does what the engine would do, until nothing is left to do. */
  heal(): void {
    this.network = [];
    for (const client of this.clients) {
      for (let round = 0; round < 500 && !this.isSettled(client); round++) this.advance(client);
    }
  }

  private isSettled(client: SimulatedClient): boolean {
    const { replica, position, user } = client;
    if (!position || position.epoch !== this.server.epoch || position.version !== this.server.version(user))
      return false;
    if (replica.nextPageToken !== null) return false;
    return [...replica.windows.keys()].every((thread) => !replica.isBehind(thread));
  }

  private advance(client: SimulatedClient): void {
    const { user } = client;
    if (!client.position) {
      this.receive({
        to: client,
        life: client.life,
        kind: 'bootstrap',
        bootstrap: this.server.bootstrap(user, 1),
      });
      return;
    }
    const frame = this.server.sync(user, client.position, client.hot(), 1);
    this.receive({ to: client, life: client.life, kind: 'frame', frame });
    const { replica } = client;
    if (replica.nextPageToken !== null && client.position) {
      replica.applyThreadPage(this.server.threadPage(user, 1, replica.nextPageToken), replica.generation);
    }
    for (const [thread, window] of [...replica.windows]) {
      if (!replica.isBehind(thread)) continue;
      replica.applyThreadChanges(thread, this.server.changes(user, thread, window.revision, PAGE));
    }
  }

  private receive(packet: Packet): void {
    const { to } = packet;
    const { replica } = to;
    // Frames of a socket that is gone are not seen; frames that a push emitted may come on any socket here, which is worse.
    if (packet.kind !== 'frame' && packet.life !== to.life) return;
    switch (packet.kind) {
      case 'frame':
        if (packet.frame.type === 'reset') to.isReset = true;
        else replica.applyFrame(packet.frame);
        break;
      case 'newest':
        replica.applyNewestPage(packet.thread, packet.page);
        break;
      case 'older':
        replica.applyOlderPage(packet.thread, packet.low, packet.page);
        break;
      case 'changes':
        replica.applyThreadChanges(packet.thread, packet.changes);
        break;
      case 'bootstrap':
        replica.applyBootstrap(packet.bootstrap);
        to.isReset = false;
        break;
      case 'listPage':
        replica.applyThreadPage(packet.page, packet.generation);
        break;
    }
  }

  private put(packet: Packet): void {
    this.network.push(structuredClone({ ...packet, to: null }) as unknown as Packet);
    (this.network.at(-1) as Packet).to = packet.to;
  }

  private client(user: string): SimulatedClient {
    return this.clients.find((client) => client.user === user) as SimulatedClient;
  }

  private index(pick: number): number {
    return pick % Math.max(1, this.network.length);
  }

  private threadOf(user: string, pick: number): string {
    const mine = this.threads.filter((thread) => thread.split('-').includes(user));
    // Most of it in one thread, where things meet.
    return mine[pick < 7 ? 0 : pick % mine.length] as string;
  }

  private withMessage(user: string, pick: number, act: (thread: string, seq: number) => void): void {
    const thread = this.threadOf(user, pick);
    const seqs = [...(this.server.threads.get(thread)?.messages.keys() ?? [])];
    const seq = seqs[pick % Math.max(1, seqs.length)];
    if (seq !== undefined) act(thread, seq);
  }
}

/** The device shows what the server has: the same threads with the same heads, and every window whole and true. */
export function checkConvergence(server: ModelServer, client: SimulatedClient): void {
  const { replica, user } = client;
  expect([...replica.heads.keys()].sort()).toEqual(server.list(user).sort());
  for (const [thread, head] of replica.heads) expect(head).toEqual(server.head(user, thread));
  expect(replica.isComplete).toBe(true);
  for (const [thread, window] of replica.windows) {
    expect(server.list(user)).toContain(thread);
    const want: Message[] = server
      .visible(user, thread)
      .filter((message) => message.seq >= window.loadedFrom);
    expect(window.items).toEqual(want);
    expect(window.low).toBeGreaterThan(replica.clearedSeq(thread));
  }
}
