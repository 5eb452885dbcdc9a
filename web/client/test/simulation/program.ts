import type { Clock } from '../../src/clock.ts';
import { Engine } from '../../src/engine/engine.ts';
import { createLocalPorts, type EnginePort, type TabPort } from '../../src/tabs/port.ts';
import { FakeNetwork } from '../support/fakeNetwork.ts';
import type { ModelServer } from '../support/modelServer.ts';
import type { Mount, SimulatedDisk } from './disk.ts';

/** Timers that end with the program that set them. */
class ProgramClock implements Clock {
  isDead = false;
  private readonly clock: Clock;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  now = () => this.clock.now();
  elapsed = () => this.clock.elapsed();
  random = () => this.clock.random();
  clearTimeout = (timer: unknown) => this.clock.clearTimeout(timer);
  setTimeout = (run: () => void, ms: number) => this.clock.setTimeout(() => this.isDead || run(), ms);
}

/** An engine that runs somewhere, and can be gone from one moment to the next. */
export class Program {
  readonly network: FakeNetwork;
  private readonly engine: Engine;
  private readonly clock: ProgramClock;
  private readonly mount: Mount;
  private readonly ends: EnginePort[] = [];
  private readonly disk: SimulatedDisk;

  constructor(server: ModelServer, user: string, disk: SimulatedDisk, clock: Clock) {
    this.disk = disk;
    this.mount = disk.mount();
    this.clock = new ProgramClock(clock);
    this.network = new FakeNetwork(server, user);
    this.network.clock = this.clock;
    this.engine = new Engine({
      baseUrl: 'http://parley.test',
      device: this.mount,
      fetch: this.network.fetch,
      createSocket: this.network.createSocket,
      clock: this.clock,
      isProgram: false,
      token: undefined,
      onToken: undefined,
    });
    void this.engine.start();
  }

  attach(onPort: (port: TabPort) => void): void {
    const { tab, engine } = createLocalPorts();
    this.ends.push(engine);
    this.engine.attach(engine);
    onPort(tab);
  }

  /** Without a last word. What it had sent may still arrive at the server. */
  kill() {
    this.clock.isDead = true;
    this.disk.unmount(this.mount);
    for (const end of this.ends) end.close();
    return this.network.leave();
  }

  /** The person closes it: what is in memory is written first. */
  async stop() {
    await this.engine.stop();
    return this.kill();
  }
}
