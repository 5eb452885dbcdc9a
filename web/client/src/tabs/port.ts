import type { Problem } from '../protocol.ts';
import type { Patch } from './patch.ts';

/** What a tab says to the engine. */
export type TabMessage =
  | ({ type: 'attach' } & TabState)
  | { type: 'call'; id: number; method: string; args: unknown[] }
  /** What it was told is drawn; it can be told the rest. */
  | { type: 'drawn' }
  /** The tab became visible, or the device came on-line or went off-line. */
  | { type: 'network'; isOnline: boolean }
  | { type: 'detach' };

/** What an engine must know of a tab, said again to each new engine. */
export interface TabState {
  tab: string;
  /** The Web Lock that the tab holds as long as it lives, if there are locks. */
  lock: string | null;
  open: string[];
  watched: string[];
  isActive: boolean;
}

/** What the engine says to a tab. */
export type EngineMessage =
  /** `lock`: the Web Lock that the engine holds as long as it lives, if there are locks. */
  | { type: 'attached'; lock: string | null }
  /** `hasMore`: the rest waits until the tab says that it has drawn these. */
  | { type: 'patch'; patches: Patch[]; hasMore: boolean }
  | { type: 'result'; id: number; value: unknown }
  | { type: 'error'; id: number; problem: Problem };

/** A two-way pipe between a tab and the engine; messages are plain data and arrive in order. */
export interface Port<Out, In> {
  post(message: Out): void;
  onMessage: ((message: In) => void) | null;
  close(): void;
}

export type TabPort = Port<TabMessage, EngineMessage>;
export type EnginePort = Port<EngineMessage, TabMessage>;

/** Both ends of a pipe within one program. What was posted before an end closed still arrives at the other. */
export function createLocalPorts(copy: <T>(message: T) => T = (message) => message): {
  tab: TabPort;
  engine: EnginePort;
} {
  const end = <Out, In>(other: () => Port<In, Out>): Port<Out, In> => {
    const port: Port<Out, In> = {
      onMessage: null,
      post(message) {
        const copied = copy(message);
        // As with ports between threads, nobody is called back from within a post.
        queueMicrotask(() => other().onMessage?.(copied));
      },
      close() {
        port.onMessage = null;
        port.post = () => {};
      },
    };
    return port;
  };
  const tab: TabPort = end(() => engine);
  const engine: EnginePort = end(() => tab);
  return { tab, engine };
}
