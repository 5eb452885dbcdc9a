import type { Engine } from '../engine/engine.ts';
import type { EngineLink } from './client.ts';
import { locks } from './locks.ts';
import {
  createLocalPorts,
  type EngineMessage,
  type EnginePort,
  type TabMessage,
  type TabPort,
} from './port.ts';

const LEADER = 'parley-leader';
const CHANNEL = 'parley';

type Post =
  | { to: 'engine'; from: string; message: TabMessage }
  | { to: 'tab'; tab: string; message: EngineMessage }
  | { to: 'all' };

/**
 * For browsers without SharedWorker: the tab that holds a lock runs the engine, the others reach it by a
 * BroadcastChannel. When it goes, the lock falls to the next tab, which says so to all.
 */
export function createLeaderLink(tab: string, createEngine: () => Promise<Engine>): EngineLink {
  const channel = new BroadcastChannel(CHANNEL);
  const post = (message: Post) => channel.postMessage(message);
  const abort = new AbortController();
  let resign = () => {};
  let engine: Engine | null = null;
  let port: TabPort | null = null;
  const remote = new Map<string, EnginePort>();

  const lead = async (onPort: (port: TabPort) => void) => {
    engine = await createEngine();
    const { tab: near, engine: far } = createLocalPorts();
    engine.attach(far);
    port = null;
    onPort(near);
    post({ to: 'all' });
  };

  const follow = (onPort: (port: TabPort) => void) => {
    const mine: TabPort = {
      onMessage: null,
      post: (message) => post({ to: 'engine', from: tab, message }),
      close: () => {},
    };
    port = mine;
    onPort(mine);
  };

  const serve = (from: string, message: TabMessage) => {
    if (!engine) return;
    let held = remote.get(from);
    if (!held || message.type === 'attach') {
      held = {
        onMessage: null,
        post: (answer) => post({ to: 'tab', tab: from, message: answer }),
        close: () => void remote.delete(from),
      };
      remote.get(from)?.onMessage?.({ type: 'detach' });
      remote.set(from, held);
      engine.attach(held);
    }
    held.onMessage?.(message);
  };

  return {
    connect(onPort) {
      channel.onmessage = ({ data }: MessageEvent<Post>) => {
        if (data.to === 'engine') serve(data.from, data.message);
        else if (data.to === 'tab') data.tab === tab && port?.onMessage?.(data.message);
        else if (!engine) follow(onPort);
      };
      follow(onPort);
      locks()
        ?.request(LEADER, { signal: abort.signal }, async () => {
          await lead(onPort);
          await new Promise<void>((resolve) => {
            resign = resolve;
          });
        })
        .catch(() => {});
    },
    onAttached() {},
    async close() {
      abort.abort();
      await engine?.stop();
      resign();
      channel.close();
    },
  };
}
