import { createParley } from '../../src/createParley.ts';
import type { Parley } from '../../src/parley.ts';
import { MemoryDevice } from '../../src/storage/memory.ts';
import type { Device } from '../../src/storage/storage.ts';
import { FakeNetwork } from './fakeNetwork.ts';
import { ManualClock, settle } from './manualClock.ts';
import type { ModelServer } from './modelServer.ts';

/** One device of one user, with its network and its clock in the test's hands. */
export interface TestDevice {
  parley: Parley;
  network: FakeNetwork;
  clock: ManualClock;
  device: Device;
  /** Lets time pass and everything that follows from it happen. */
  pass(ms?: number): Promise<void>;
  /** The text of what a thread shows. */
  texts(thread: string): string[];
}

export async function startDevice(
  server: ModelServer,
  user: string,
  options: { device?: Device; network?: FakeNetwork; clock?: ManualClock } = {},
): Promise<TestDevice> {
  const clock = options.clock ?? new ManualClock();
  const network = options.network ?? new FakeNetwork(server, user);
  const device = options.device ?? new MemoryDevice();
  const parley = createParley({
    baseUrl: 'http://parley.test',
    token: 'token',
    fetch: network.fetch,
    createSocket: network.createSocket,
    clock,
    device,
  });
  const pass = async (ms = 200) => {
    await network.isAutomatic;
    await clock.advance(ms);
    // The tab's store tells in a timer of the real clock.
    await new Promise((resolve) => setTimeout(resolve, 1));
    await settle();
  };
  await parley.start();
  await pass();
  return {
    parley,
    network,
    clock,
    device,
    pass,
    texts: (thread) => (parley.store.get(`messages:${thread}`)?.items ?? []).map((item) => item.text),
  };
}
