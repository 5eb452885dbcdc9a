import { type EngineLink, TabClient } from '../../src/tabs/client.ts';
import type { TabPort } from '../../src/tabs/port.ts';
import { createIds } from '../../src/uuid.ts';
import type { ManualClock } from '../support/manualClock.ts';
import type { ModelServer } from '../support/modelServer.ts';
import type { SimulatedDisk } from './disk.ts';
import { Program } from './program.ts';

/** Where a person sits: an engine of theirs, and the tabs that it serves. */
export class Seat {
  readonly number: number;
  readonly user: string;
  readonly disk: SimulatedDisk;
  tabs: TabClient[] = [];
  /** The id of the act that a tab did last. */
  lastId = '';
  private running: Program;
  private readonly tabCount: number;
  private readonly server: ModelServer;
  private readonly clock: ManualClock;
  private links: ((port: TabPort) => void)[] = [];

  constructor(
    number: number,
    server: ModelServer,
    user: string,
    disk: SimulatedDisk,
    clock: ManualClock,
    tabCount: number,
  ) {
    this.number = number;
    this.server = server;
    this.user = user;
    this.disk = disk;
    this.clock = clock;
    this.tabCount = tabCount;
    this.running = this.launch();
    this.openTabs();
  }

  get network() {
    return this.running.network;
  }

  tab(pick: number): TabClient {
    return this.tabs[pick % this.tabs.length] as TabClient;
  }

  /** Engine and tabs are gone from one moment to the next, and then there are new ones. */
  crash(): void {
    this.replace(this.running.kill());
    this.openTabs();
  }

  /** The engine is gone; its tabs find the next one. */
  takeOver(): void {
    this.replace(this.running.kill());
    for (const onPort of this.links) this.running.attach(onPort);
  }

  async restart(): Promise<void> {
    this.replace(await this.running.stop());
    this.openTabs();
  }

  leave(): void {
    this.running.kill();
  }

  private replace(late: ReturnType<Program['kill']>): void {
    const { isSilent, isDown, blocksSockets, refusal, beforeSend } = this.running.network;
    this.running = this.launch();
    Object.assign(this.running.network, { isSilent, isDown, blocksSockets, refusal, beforeSend });
    this.running.network.isAutomatic = false;
    this.running.network.packets.push(...late);
  }

  private launch(): Program {
    return new Program(this.server, this.user, this.disk, this.clock);
  }

  private openTabs(): void {
    this.links = [];
    const link: EngineLink = {
      connect: (onPort) => {
        this.links.push(onPort);
        this.running.attach(onPort);
      },
      onAttached: () => {},
      close: async () => {},
    };
    this.tabs = Array.from({ length: this.tabCount }, (_, index) => {
      const newId = createIds(this.clock);
      const tab = new TabClient(`tab-${index}`, null, link, undefined, () => {
        this.lastId = newId();
        return this.lastId;
      });
      void tab.start();
      return tab;
    });
  }
}
