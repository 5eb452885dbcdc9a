import type { MessageView } from '../../src/parley.ts';
import type { TabClient } from '../../src/tabs/client.ts';
import type { Packet } from '../support/fakeNetwork.ts';
import { ManualClock } from '../support/manualClock.ts';
import { ModelServer } from '../support/modelServer.ts';
import { SimulatedDisk } from './disk.ts';
import { Ledger } from './ledger.ts';
import type { Cast, Kind, Schedule, Step } from './schedule.ts';
import { Seat } from './seat.ts';

const DAY_MS = 86_400_000;
const PAGE = 3;

/** Per cast: who sits where, as [user, disk, tabs]. */
const casts: Record<Cast, [string, number, number][]> = {
  one: [['ada', 0, 1]],
  tabs: [['ada', 0, 2]],
  engines: [
    ['ada', 0, 1],
    ['ada', 0, 1],
  ],
  people: [
    ['ada', 0, 1],
    ['bob', 1, 1],
  ],
  all: [
    ['ada', 0, 2],
    ['ada', 0, 1],
    ['bob', 1, 1],
    ['ada', 2, 1],
  ],
};

/**
 * The SDK as it is, on the devices of one or two people, with a model of the server. Network, disks and time move only
 * when a step says so.
 */
export class World {
  readonly server = new ModelServer();
  readonly clock: ManualClock;
  readonly ledger: Ledger;
  seats: Seat[] = [];
  disks: SimulatedDisk[] = [];
  readonly threads: string[] = [];
  private count = 0;
  private readonly schedule: Schedule;

  constructor(schedule: Schedule) {
    this.schedule = schedule;
    this.clock = new ManualClock(1 + schedule.luck, () => this.settle());
    this.ledger = new Ledger(this.server);
  }

  async begin(): Promise<void> {
    const { server, schedule } = this;
    for (const user of ['ada', 'bob', 'cyd', 'dee']) server.addUser(user);
    this.threads.push(server.startThread('ada', 'bob'), server.startThread('ada', 'cyd'));
    for (let index = 0; index < 2 * PAGE; index++) this.peerSends('bob', this.threads[0] as string);
    server.pageLimit = PAGE;
    server.listLimit = 1;
    server.largeLimit = schedule.isTight ? 1 : 200;
    for (const [user, disk, tabs] of casts[schedule.cast]) {
      this.disks[disk] ??= new SimulatedDisk(schedule.disk);
      const seat = new Seat(this.seats.length, server, user, this.disks[disk], this.clock, tabs);
      seat.network.beforeSend = (cid) => this.ledger.onTry(seat, cid);
      this.seats.push(seat);
    }
    await this.clock.advance(1000);
    for (const { network } of this.seats) network.isAutomatic = false;
  }

  async do({ kind, who, pick }: Step): Promise<void> {
    const seat = this.seats[who % this.seats.length] as Seat;
    await this.steps[kind](seat, pick);
    await this.clock.advance(0);
    for (const each of this.seats) {
      if (each.disk.isFull) this.ledger.onFull(each);
      this.ledger.checkViews(each);
    }
  }

  private readonly steps: Record<Kind, (seat: Seat, pick: number) => void | Promise<void>> = {
    send: (seat, pick) => {
      const thread = this.threadOf(seat, pick);
      seat.tab(pick).send(thread, `mine ${++this.count}`);
      this.ledger.onSend(seat, thread);
    },
    edit: (seat, pick) =>
      this.withMessage(seat, pick, (thread, { seq }) =>
        seat.tab(pick).edit(thread, seq, `edited ${++this.count}`),
      ),
    delete: (seat, pick) =>
      this.withMessage(seat, pick, (thread, message) => {
        seat.tab(pick).delete(thread, message.seq);
        // What is shown as deleted cannot be deleted once more, though a restore has brought it back.
        const counts = message.isMine && !message.deleted && this.isStored(thread, message);
        if (counts) this.ledger.onDelete(seat, thread, message.seq);
      }),
    react: (seat, pick) =>
      this.withMessage(seat, pick, (thread, { seq }) =>
        seat.tab(pick).react(thread, seq, '👍', pick % 2 === 0),
      ),
    read: (seat, pick) =>
      this.withMessage(seat, pick, (thread, message) => {
        const { seq } = message;
        const before = seat.lastId;
        seat.tab(pick).markRead(thread, seq);
        if (seat.lastId !== before && this.isStored(thread, message)) this.ledger.onRead(seat, thread, seq);
      }),
    update: (seat, pick) =>
      seat
        .tab(pick)
        .updateThread(this.threadOf(seat, pick), { muted: pick % 2 === 0, nickname: `Nick ${pick}` }),
    deleteThread: (seat, pick) => {
      if (pick < 5) return;
      const thread = this.threadOf(seat, pick);
      this.ledger.onCleared(seat.user, thread);
      seat.tab(pick).deleteThread(thread);
    },
    open: (seat, pick) => seat.tab(pick).openThread(this.threadOf(seat, pick)),
    close: (seat, pick) => seat.tab(pick).closeThread(this.threadOf(seat, pick)),
    older: (seat, pick) => ignore(seat.tab(pick).loadOlder(this.threadOf(seat, pick))),
    newer: (seat, pick) => ignore(seat.tab(pick).loadNewer(this.threadOf(seat, pick))),
    around: (seat, pick) => ignore(seat.tab(pick).loadAround(this.threadOf(seat, pick), 1 + pick)),
    newest: (seat, pick) => ignore(seat.tab(pick).loadNewest(this.threadOf(seat, pick))),

    peerSends: (seat, pick) => this.peerSends(this.peer(seat, pick), this.threadOf(seat, pick)),
    peerEdits: (seat, pick) =>
      this.withStored(seat, pick, (thread, seq) => this.server.edit(thread, seq, `edited ${++this.count}`)),
    peerDeletes: (seat, pick) =>
      this.withStored(seat, pick, (thread, seq) => this.server.delete(thread, seq)),
    peerReacts: (seat, pick) =>
      this.withStored(seat, pick, (thread, seq) =>
        this.server.react(this.peer(seat, pick), thread, seq, '🎉', pick % 3 > 0),
      ),
    peerReads: (seat, pick) =>
      void this.server.update(this.peer(seat, pick), this.threadOf(seat, pick), { read: pick }),
    elsewhereSends: (seat, pick) => this.peerSends(seat.user, this.threadOf(seat, pick)),
    elsewhereReads: (seat, pick) =>
      void this.server.update(seat.user, this.threadOf(seat, pick), { read: 2 * pick }),
    elsewhereDeletes: (seat, pick) => {
      if (pick < 5) return;
      this.ledger.onCleared(seat.user, this.threadOf(seat, pick));
      this.server.deleteForMe(seat.user, this.threadOf(seat, pick));
    },
    start: (_, pick) => {
      const thread = this.server.startThread('ada', ['bob', 'cyd', 'dee'][pick % 3] as string);
      if (!this.threads.includes(thread)) this.threads.push(thread);
    },

    purge: (seat, pick) => {
      this.ledger.mayPurge = true;
      this.withStored(seat, pick, (thread, seq) => this.server.purge(thread, seq));
    },
    collect: (seat) => this.server.collect(seat.user),
    backup: () => this.server.backup(),
    restore: () => {
      // A database is restored while its server is down.
      for (const { network } of this.seats) network.cut();
      const landed = this.ledger.landedKeys();
      this.server.restore();
      this.threads.splice(0, this.threads.length, ...this.server.threads.keys());
      this.ledger.onRestored(landed);
    },
    refuse: (seat) => this.refuse(seat, 'unavailable'),
    forbid: (seat) => this.refuse(seat, 'invalid_request'),
    accept: (seat) => this.accept(seat),

    deliver: async ({ network }, pick) => {
      for (let count = 0; count <= pick; count++) take(network.packets, pick)?.deliver();
    },
    deliverAll: async ({ network }) => {
      for (let round = 0; round < 4; round++) {
        network.deliver();
        await this.clock.advance(0);
      }
    },
    lose: ({ network }, pick) => take(network.packets, pick)?.lose(),
    duplicate: ({ network }, pick) => network.packets[pick % Math.max(1, network.packets.length)]?.deliver(),
    deafen: ({ network }) => {
      const socket = network.sockets.at(-1);
      if (socket) socket.isDeaf = true;
    },
    cut: ({ network }) => network.cut(),
    silence: ({ network }) => {
      network.isSilent = true;
      network.packets.length = 0;
    },
    down: ({ network }) => {
      network.isDown = true;
      network.cut();
    },
    up: ({ network }) => up(network),
    block: ({ network }) => {
      network.blocksSockets = true;
    },

    wait: (_, pick) => this.clock.advance([10, 100, 400, 1000, 3000, 12_000, 40_000][pick % 7] as number),
    jump: (_, pick) => this.clock.jump([-DAY_MS, DAY_MS, -3_600_000, 3_600_000][pick % 4] as number),
    hold: ({ disk }) => {
      disk.isHeld = true;
    },
    release: ({ disk }) => disk.release(),
    fill: ({ disk }) => {
      disk.isFull = true;
      disk.wasFull = true;
    },
    empty: ({ disk }) => {
      disk.isFull = false;
    },
    crash: (seat) => {
      this.ledger.onCrash(seat);
      seat.crash();
    },
    takeOver: (seat) => {
      // What a full disk did not take, its tab believes to be done.
      if (seat.disk.wasFull) this.ledger.onCrash(seat);
      this.ledger.onTakeOver(seat);
      seat.takeOver();
    },
    restart: async (seat) => {
      if (seat.disk.isHeld) return;
      this.ledger.onCrash(seat);
      await seat.restart();
    },
  };

  /** Everything works again, for as long as it takes. */
  async heal(): Promise<void> {
    for (const disk of this.disks) {
      disk.isFull = false;
      disk.release();
    }
    for (const seat of this.seats) {
      const { network } = seat;
      this.accept(seat);
      up(network);
      network.isAutomatic = true;
      network.flush();
    }
    await this.clock.advance(150_000);
    for (const seat of this.seats) this.settleFailed(seat);
    for (const seat of this.seats) {
      for (const tab of seat.tabs) for (const thread of this.threads) tab.openThread(thread);
    }
    await this.clock.advance(10_000);
    for (const seat of this.seats) {
      this.settleFailed(seat);
      for (const tab of seat.tabs) for (const thread of this.threads) this.comeBack(tab, thread);
    }
    await this.clock.advance(10_000);
    // What failed is not shown in the far past.
    for (const seat of this.seats) this.settleFailed(seat);
    await this.clock.advance(40_000);
  }

  async check(): Promise<void> {
    this.ledger.checkServer();
    for (const seat of this.seats) {
      this.ledger.checkSeat(seat);
      await this.ledger.checkDisk(seat);
    }
  }

  async end(): Promise<void> {
    for (const seat of this.seats) seat.leave();
    for (const { disk, user } of this.seats) await disk.destroy(user);
  }

  /** A person leaves the far past, and asks again for what could not be shown. Nothing else needs a hand. */
  private comeBack(tab: TabClient, thread: string): void {
    const view = tab.store.get(`messages:${thread}`);
    if (view?.hasNewer || view?.error) ignore(tab.loadNewest(thread));
  }

  /** A person tries again what failed, and lets go of a change that was refused. */
  private settleFailed(seat: Seat): void {
    const [tab] = seat.tabs;
    for (const thread of this.threads) {
      for (const item of tab?.store.get(`messages:${thread}`)?.items ?? []) {
        if (!item.error) continue;
        if (item.seq === 0) tab?.retry(item.cid);
        else tab?.discard(item.cid);
      }
    }
  }

  private refuse(seat: Seat, code: 'unavailable' | 'invalid_request'): void {
    seat.network.refusal = () => code;
    if (code === 'invalid_request') this.ledger.mayRefuse = true;
  }

  private accept(seat: Seat): void {
    seat.network.refusal = () => undefined;
  }

  private peerSends(user: string, thread: string): void {
    this.server.send(user, thread, `elsewhere-${++this.count}`, `theirs ${this.count}`);
  }

  /** Most of it in one thread, where things meet. */
  private threadOf({ user }: Seat, pick: number): string {
    const mine = this.threads.filter((thread) => thread.split('-').includes(user));
    return mine[pick < 6 ? 0 : pick % mine.length] as string;
  }

  private peer(seat: Seat, pick: number): string {
    const [a, b] = this.threadOf(seat, pick).split('-') as [string, string];
    return a === seat.user ? b : a;
  }

  /** A message that this device shows. */
  private withMessage(seat: Seat, pick: number, act: (thread: string, message: MessageView) => void): void {
    const thread = this.threadOf(seat, pick);
    const shown =
      seat
        .tab(pick)
        .store.get(`messages:${thread}`)
        ?.items.filter(({ seq }) => seq > 0) ?? [];
    const message = shown[pick % Math.max(1, shown.length)];
    if (message) act(thread, message);
  }

  /** What came before a restore may be gone by now, and its seq another's. */
  private isStored(thread: string, { seq, cid }: MessageView): boolean {
    return this.server.threads.get(thread)?.messages.get(seq)?.cid === cid;
  }

  /** A message that the server has. */
  private withStored(seat: Seat, pick: number, act: (thread: string, seq: number) => void): void {
    const thread = this.threadOf(seat, pick);
    const seqs = [...(this.server.threads.get(thread)?.messages.keys() ?? [])];
    const seq = seqs[(pick * 3) % Math.max(1, seqs.length)];
    if (seq !== undefined) act(thread, seq);
  }

  private async settle(): Promise<void> {
    do {
      await new Promise<void>((resolve) => setImmediate(resolve));
    } while (this.disks.some(({ busy }) => busy > 0));
  }
}

/** Runs a schedule and everything that must hold during and after it. */
export async function run(schedule: Schedule): Promise<void> {
  const world = new World(schedule);
  try {
    await world.begin();
    for (const step of schedule.steps) await world.do(step);
    await world.heal();
    await world.check();
  } finally {
    await world.end();
  }
}

function up(network: Seat['network']): void {
  network.isDown = false;
  network.isSilent = false;
  network.blocksSockets = false;
}

function take(packets: Packet[], pick: number): Packet | undefined {
  return packets.splice(pick % Math.max(1, packets.length), 1)[0];
}

function ignore(work: Promise<void>): void {
  work.catch(() => {});
}
