import assert from 'node:assert/strict';
import type { MessagesView } from '../../src/parley.ts';
import type { Head, Message } from '../../src/protocol.ts';
import type { ModelServer } from '../support/modelServer.ts';
import type { Seat } from './seat.ts';

/** An act that its device must see through. */
interface Promised {
  id: string;
  seat: Seat;
  thread: string;
  /** A crash took it before it was on disk, or a restore took what the server had of it. */
  mayBeLost: boolean;
}

interface Sent extends Promised {
  /** Refused for good once, lost by a restore, or without room on the disk: it comes when it comes. */
  isUnordered: boolean;
}

const shown = ({ seq, cid, text, revision, reactions, deleted, editedAt, replyTo }: Message) => ({
  seq,
  cid,
  text,
  revision,
  reactions,
  deleted,
  editedAt,
  replyTo,
});

/** What people did and were told, held against what the server and the devices have. */
export class Ledger {
  /** A message may have been refused for good, to be tried again by its person, after later ones. */
  mayRefuse = false;
  /** Messages were really erased. */
  mayPurge = false;
  private readonly sends: Sent[] = [];
  private readonly reads: (Promised & { seq: number })[] = [];
  private readonly deletes: (Promised & { seq: number })[] = [];
  private readonly tooEarly: string[] = [];
  /** [user thread] that was removed from its list at some time. */
  private readonly cleared = new Set<string>();
  private readonly server: ModelServer;

  constructor(server: ModelServer) {
    this.server = server;
  }

  onSend(seat: Seat, thread: string): void {
    this.sends.push({ id: seat.lastId, seat, thread, mayBeLost: false, isUnordered: false });
  }

  onRead(seat: Seat, thread: string, seq: number): void {
    this.reads.push({ id: seat.lastId, seat, thread, seq, mayBeLost: false });
  }

  onDelete(seat: Seat, thread: string, seq: number): void {
    this.deletes.push({ id: seat.lastId, seat, thread, seq, mayBeLost: false });
  }

  /** What is tried is on disk, as far as the disk takes it (C5). */
  onTry({ disk }: Seat, cid: string): void {
    if (!disk.wasFull && !disk.written.has(cid)) this.tooEarly.push(cid);
  }

  /** What was not on disk yet may be gone with the program. */
  onCrash(seat: Seat): void {
    for (const act of [...this.sends, ...this.reads, ...this.deletes]) {
      if (act.seat === seat && !seat.disk.written.has(act.id)) act.mayBeLost = true;
    }
  }

  /** What found no room on the disk is known to one program until it does; another one may send what came after it. */
  onFull({ disk, number }: Seat): void {
    for (const send of this.sends) {
      if (send.seat.number === number && !disk.written.has(send.id)) send.isUnordered = true;
    }
  }

  /** Each tab says again, in its order, what was not on disk yet; between two tabs nobody knows what came first. */
  onTakeOver(seat: Seat): void {
    if (seat.tabs.length === 1) return;
    for (const send of this.sends) {
      if (send.seat === seat && !seat.disk.written.has(send.id)) send.isUnordered = true;
    }
  }

  /** Marks on a thread that is not in the list are refused. */
  onCleared(user: string, thread: string): void {
    this.cleared.add(`${user} ${thread}`);
  }

  /** What had landed after the backup is gone, and who was told so need not send it again. */
  onRestored(before: ReadonlySet<string>): void {
    for (const send of this.sends) {
      if (!before.has(this.key(send))) continue;
      send.isUnordered = true;
      if (this.landed(send) === undefined) send.mayBeLost = true;
    }
    for (const act of [...this.reads, ...this.deletes]) act.mayBeLost = true;
  }

  /** The cids that the server has, each with its sender. */
  landedKeys(): Set<string> {
    return new Set(
      this.sends.filter((send) => this.landed(send) !== undefined).map((send) => this.key(send)),
    );
  }

  private key({ seat, thread, id }: Promised): string {
    return `${thread} ${seat.user} ${id}`;
  }

  private landed({ seat, thread, id }: Promised): number | undefined {
    return this.server.threads.get(thread)?.answers.get(`${seat.user} ${id}`)?.seq;
  }

  /** At any time: no message is shown twice, as a bubble and as itself (C4). */
  checkViews(seat: Seat): void {
    for (const tab of seat.tabs) {
      for (const key of tab.store.keys()) {
        if (!key.startsWith('messages:')) continue;
        const items = tab.store.get(key as `messages:${string}`)?.items ?? [];
        const keys = new Set(items.map((item) => item.key));
        assert.equal(keys.size, items.length, `[C4] ${key} shows a message twice`);
      }
    }
  }

  checkServer(): void {
    for (const [thread, { messages }] of this.server.threads) {
      const cids = [...messages.values()].map(({ from, cid }) => `${from} ${cid}`);
      assert.equal(new Set(cids).size, cids.length, `[S12] ${thread} has a message twice`);
    }
    const known = new Set(this.sends.map(({ id }) => id));
    for (const { messages } of this.server.threads.values()) {
      for (const { cid } of messages.values()) {
        assert.ok(known.has(cid) || cid.startsWith('elsewhere-'), `[C5] nobody wrote ${cid}`);
      }
    }
    assert.deepEqual(this.tooEarly, [], '[C5] sent before it was on disk');
    const last = new Map<string, number>();
    for (const send of this.sends) {
      const seq = this.landed(send);
      if (seq === undefined) {
        // Refused for good, and then its thread left the list: there is no bubble to try again.
        const isOutOfSight = this.mayRefuse && this.cleared.has(`${send.seat.user} ${send.thread}`);
        // A restore may take the thread itself away, and a message has nowhere to go.
        const isTaken = !this.server.threads.has(send.thread);
        assert.ok(send.mayBeLost || isOutOfSight || isTaken, `[C5] ${send.id} was lost`);
        continue;
      }
      if (send.isUnordered || this.mayRefuse) continue;
      const lane = `${send.seat.number} ${send.thread}`;
      assert.ok((last.get(lane) ?? 0) < seq, `[C5] ${send.id} came after what was sent later`);
      last.set(lane, seq);
    }
    this.checkMarks();
  }

  private checkMarks(): void {
    for (const { mayBeLost, seat, thread, seq, id } of this.reads) {
      if (mayBeLost || this.cleared.has(`${seat.user} ${thread}`)) continue;
      assert.ok(this.server.head(seat.user, thread).readSeq >= seq, `read mark ${id} was lost`);
    }
    for (const { mayBeLost, seat, thread, seq, id } of this.deletes) {
      if (mayBeLost || this.cleared.has(`${seat.user} ${thread}`)) continue;
      const message = this.server.threads.get(thread)?.messages.get(seq);
      assert.ok(message === undefined || message.deleted, `deletion ${id} was lost`);
    }
  }

  /** What a device shows is what the server has. */
  checkSeat({ user, tabs }: Seat): void {
    const { server } = this;
    for (const { store } of tabs) {
      const connection = store.get('connection');
      assert.equal(connection?.state, 'online');
      assert.equal(connection.waiting, 0, 'something waits in the outbox');
      assert.deepEqual(store.get('threads'), { ids: server.list(user), archivedIds: [], isComplete: true });
      let unread = 0;
      for (const thread of server.list(user)) {
        const head = server.head(user, thread);
        assert.deepEqual(pick(store.get(`thread:${thread}`), head), head);
        if (!head.muted) unread += head.unread;
        this.checkMessages(user, thread, store.get(`messages:${thread}`));
      }
      assert.equal(store.get('unread')?.messages, unread, '[C8] the unread total');
    }
  }

  private checkMessages(user: string, thread: string, view: MessagesView | undefined): void {
    assert.ok(view, `${thread} shows nothing`);
    const visible = this.server.visible(user, thread);
    const first = view.items[0]?.seq ?? 0;
    assert.deepEqual(
      view.items.map(shown),
      visible.filter(({ seq }) => seq >= first).map(shown),
      `the messages of ${thread}`,
    );
    const { hasNewer, isLoading, error } = view;
    assert.deepEqual(
      { hasNewer, isLoading, error },
      { hasNewer: false, isLoading: false, error: null },
      `the state of ${thread}`,
    );
    // Where the oldest were erased, the device may have to ask in order to know that nothing is left.
    const hasOlder = visible.some(({ seq }) => seq < first) || (this.mayPurge && view.hasOlder);
    assert.equal(view.hasOlder, hasOlder, `the beginning of ${thread}`);
  }

  /** What a device wrote is what the server has: the next program begins with it. */
  async checkDisk({ disk, user }: Seat): Promise<void> {
    const { server } = this;
    const storage = await disk.read(user);
    // What was refused for good waits for its person, who may not see it now; a full disk was not told of the refusal.
    const waiting = (await storage.loadOutbox()).filter(({ act, error, thread }) => {
      const message = 'seq' in act ? server.threads.get(thread)?.messages.get(act.seq) : undefined;
      const isAnothers =
        act.kind === 'react'
          ? !server.visible(user, thread).some(({ seq }) => seq === act.seq)
          : ['edit', 'delete'].includes(act.kind) && message?.from !== user;
      const isGone = !server.threads.has(thread);
      const isRefused = error !== undefined || (disk.wasFull && (this.mayRefuse || isGone || isAnothers));
      return !isRefused || (act.kind === 'send' && server.list(user).includes(thread));
    });
    assert.deepEqual(waiting, [], 'the stored outbox');
    const state = await storage.loadState();
    assert.deepEqual(
      { epoch: state?.epoch, version: state?.version, isComplete: state?.isComplete },
      { epoch: server.epoch, version: server.version(user), isComplete: true },
      'the stored version',
    );
    const heads = await storage.loadHeads();
    const byId = (a: Head, b: Head) => (a.id < b.id ? -1 : 1);
    assert.deepEqual(
      [...heads].sort(byId),
      server
        .list(user)
        .map((thread) => server.head(user, thread))
        .sort(byId),
      'the stored heads',
    );
    for (const thread of server.list(user)) {
      const window = await storage.loadWindow(thread);
      if (!window) continue;
      const { messages } = await storage.loadMessages(thread, Number.MAX_SAFE_INTEGER);
      assert.equal(window.revision, server.threads.get(thread)?.revision, `the stored revision of ${thread}`);
      assert.deepEqual(
        messages.filter(({ seq }) => seq >= window.low).map(shown),
        server
          .visible(user, thread)
          .filter(({ seq }) => seq >= window.low)
          .map(shown),
        `the stored messages of ${thread}`,
      );
    }
    storage.close();
  }
}

function pick(view: object | undefined, like: object): object {
  const from = (view ?? {}) as Record<string, unknown>;
  return Object.fromEntries(Object.keys(like).map((key) => [key, from[key]]));
}
