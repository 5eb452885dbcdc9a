import fc from 'fast-check';
import { expect, test } from 'vitest';
import { startDevice, type TestDevice } from '../../test/support/device.ts';
import { FakeNetwork } from '../../test/support/fakeNetwork.ts';
import { ManualClock } from '../../test/support/manualClock.ts';
import { ModelServer } from '../../test/support/modelServer.ts';

const pick = fc.nat(9);
const kinds = {
  send: 6,
  peerSends: 4,
  edit: 1,
  delete: 1,
  react: 1,
  read: 2,
  deleteThread: 1,
  open: 3,
  close: 1,
  older: 1,
  around: 1,
  deliver: 6,
  lose: 2,
  wait: 4,
  cut: 2,
  down: 1,
  up: 2,
  block: 1,
  crash: 1,
  backup: 1,
  restore: 1,
} as const;
type Kind = keyof typeof kinds;

const step = fc.oneof(
  ...(Object.entries(kinds) as [Kind, number][]).map(([kind, weight]) => ({
    weight,
    arbitrary: fc.record({ kind: fc.constant(kind), pick }),
  })),
);

/** One device with the whole engine, its user's peers acting on the server. */
class World {
  readonly server = new ModelServer();
  readonly threads: string[] = [];
  readonly sent: { thread: string; text: string }[] = [];
  device!: TestDevice;
  isRestored = false;
  private count = 0;

  async begin(): Promise<void> {
    for (const user of ['ada', 'bob', 'cyd']) this.server.addUser(user);
    this.threads.push(this.server.startThread('ada', 'bob'), this.server.startThread('ada', 'cyd'));
    this.server.largeLimit = 1;
    this.device = await startDevice(this.server, 'ada');
    this.device.network.isAutomatic = false;
  }

  async do(kind: Kind, pick: number): Promise<void> {
    const { server, device } = this;
    const { parley, network, clock } = device;
    const thread = this.threads[pick < 7 ? 0 : 1] as string;
    const peer = thread.split('-')[1] as string;
    const shown = parley.store.get(`messages:${thread}`)?.items.filter(({ seq }) => seq > 0) ?? [];
    const message = shown[pick % Math.max(1, shown.length)];
    switch (kind) {
      case 'send': {
        const text = `mine ${++this.count}`;
        this.sent.push({ thread, text });
        parley.send(thread, text);
        break;
      }
      case 'peerSends':
        server.send(peer, thread, `peer ${++this.count}`, `theirs ${this.count}`);
        break;
      case 'edit':
        if (message) parley.edit(thread, message.seq, `edited ${++this.count}`);
        break;
      case 'delete':
        if (message) parley.delete(thread, message.seq);
        break;
      case 'react':
        if (message) parley.react(thread, message.seq, '👍', pick % 2 === 0);
        break;
      case 'read':
        if (message) parley.markRead(thread, message.seq);
        break;
      case 'deleteThread':
        if (pick > 6) parley.deleteThread(thread);
        break;
      case 'open':
        parley.openThread(thread);
        break;
      case 'close':
        parley.closeThread(thread);
        break;
      case 'older':
        void parley.loadOlder(thread).catch(() => {});
        break;
      case 'around':
        void parley.loadAround(thread, 1 + pick).catch(() => {});
        break;
      case 'deliver':
        for (let count = 0; count <= pick; count++) {
          network.packets.splice(pick % Math.max(1, network.packets.length), 1)[0]?.deliver();
        }
        break;
      case 'lose':
        network.packets.splice(pick % Math.max(1, network.packets.length), 1)[0]?.lose();
        break;
      case 'wait':
        await clock.advance([10, 100, 400, 1000, 3000, 12_000][pick % 6] as number);
        return;
      case 'cut':
        network.cut();
        break;
      case 'down':
        network.isDown = true;
        network.cut();
        break;
      case 'up':
        network.isDown = false;
        network.blocksSockets = false;
        break;
      case 'block':
        network.blocksSockets = true;
        break;
      case 'crash':
        await this.restart();
        return;
      case 'backup':
        server.backup();
        break;
      case 'restore':
        server.restore();
        this.isRestored = true;
        // A database is restored while its server is down.
        network.cut();
        break;
    }
    await clock.advance(0);
  }

  /** The program is gone from one moment to the next; what it wrote is what is left. */
  private async restart(): Promise<void> {
    const { device } = this.device;
    await this.device.clock.advance(0);
    this.device.network.isDown = true;
    this.device.network.cut();
    const network = new FakeNetwork(this.server, 'ada');
    this.device = await startDevice(this.server, 'ada', { device, network, clock: new ManualClock() });
    this.device.network.isAutomatic = false;
  }

  async heal(): Promise<void> {
    const { network, clock, parley } = this.device;
    network.isDown = false;
    network.blocksSockets = false;
    network.isAutomatic = true;
    network.flush();
    await clock.advance(150_000);
    for (const thread of this.threads) parley.openThread(thread);
    await clock.advance(10_000);
    for (const thread of this.threads) void parley.loadNewest(thread).catch(() => {});
    await this.device.pass(10_000);
  }

  check(): void {
    const { server, device } = this;
    const { store } = device.parley;
    expect(store.get('connection')).toMatchObject({ state: 'online', waiting: 0 });
    expect(store.get('threads')).toEqual({ ids: server.list('ada'), archivedIds: [], isComplete: true });
    let unread = 0;
    for (const thread of server.list('ada')) {
      const head = server.head('ada', thread);
      expect(store.get(`thread:${thread}`)).toMatchObject(head);
      unread += head.unread;
      const view = store.get(`messages:${thread}`);
      const visible = server.visible('ada', thread);
      const first = view?.items[0]?.seq ?? 0;
      expect(
        view?.items.map(({ seq, cid, text, revision, reactions, deleted }) => [
          seq,
          cid,
          text,
          revision,
          reactions,
          deleted,
        ]),
      ).toEqual(
        visible
          .filter(({ seq }) => seq >= first)
          .map(({ seq, cid, text, revision, reactions, deleted }) => [
            seq,
            cid,
            text,
            revision,
            reactions,
            deleted,
          ]),
      );
      expect(view).toMatchObject({ hasNewer: false, isLoading: false, error: null });
      expect(view?.hasOlder).toBe(visible.some(({ seq }) => seq < first));
    }
    expect(store.get('unread')?.messages).toBe(unread);
    this.checkSent();
  }

  /** Each send landed exactly once, in its order; a restore takes away some that had landed, and what is sent again comes later. */
  private checkSent(): void {
    for (const thread of this.threads) {
      const mine = [...(this.server.threads.get(thread)?.messages.values() ?? [])]
        .filter(({ from }) => from === 'ada')
        .sort((a, b) => a.seq - b.seq);
      expect(new Set(mine.map(({ cid }) => cid)).size).toBe(mine.length);
      const wanted = this.sent.filter((sent) => sent.thread === thread).length;
      if (this.isRestored) {
        expect(mine.length).toBeLessThanOrEqual(wanted);
        continue;
      }
      expect(mine.length).toBe(wanted);
      expect(mine.map(({ cid }) => cid)).toEqual(mine.map(({ cid }) => cid).sort());
    }
  }
}

test('[C1]…[C8] the whole engine converges after any schedule, and every send lands once and in order', async () => {
  const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
  const numRuns = Number(process.env.ENGINE_RUNS ?? 150);
  console.log(`engine simulation: seed ${seed}, ${numRuns} schedules (SEED and ENGINE_RUNS set them)`);
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 50, size: 'max' }), async (steps) => {
      const world = new World();
      await world.begin();
      for (const { kind, pick } of steps) await world.do(kind, pick);
      await world.heal();
      world.check();
    }),
    { seed, numRuns },
  );
}, 120_000);
