import type { Clock } from '../../src/clock.ts';

/** Lets everything that waits for nothing but promises run. */
export async function settle(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}

/** A clock that stands still until it is told to move; chance is a seeded sequence. */
export class ManualClock implements Clock {
  private time = 1_700_000_000_000;
  /** How far the clock on the wall is from the time that passed. */
  private offset = 0;
  private next = 1;
  private readonly timers = new Map<number, { at: number; run: () => void }>();
  private seed: number;
  private readonly settle: () => Promise<void>;

  constructor(seed = 1, settled: () => Promise<void> = settle) {
    this.seed = seed;
    this.settle = settled;
  }

  now(): number {
    return this.time + this.offset;
  }

  elapsed(): number {
    return this.time;
  }

  /** Somebody sets the clock: timers do not feel it. */
  jump(ms: number): void {
    this.offset += ms;
  }

  setTimeout(run: () => void, ms: number): number {
    const id = this.next++;
    this.timers.set(id, { at: this.time + ms, run });
    return id;
  }

  clearTimeout(timer: unknown): void {
    this.timers.delete(timer as number);
  }

  random(): number {
    this.seed = (this.seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return this.seed / 2_147_483_648;
  }

  /** Moves time on and runs what falls due, in order, with everything that follows from it. */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    await this.settle();
    for (let id = this.firstDue(end); id !== undefined; id = this.firstDue(end)) {
      const { at, run } = this.timers.get(id) as { at: number; run: () => void };
      this.timers.delete(id);
      this.time = Math.max(this.time, at);
      run();
      await this.settle();
    }
    this.time = end;
    await this.settle();
  }

  /** Of timers due at the same time the one that was set first: ids rise, and the map keeps their order. */
  private firstDue(end: number): number | undefined {
    let first: number | undefined;
    let firstAt = end;
    for (const [id, { at }] of this.timers) {
      if (first === undefined ? at > firstAt : at >= firstAt) continue;
      first = id;
      firstAt = at;
    }
    return first;
  }
}
