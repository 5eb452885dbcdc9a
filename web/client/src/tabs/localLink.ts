import type { Engine } from '../engine/engine.ts';
import type { EngineLink } from './client.ts';
import { createLocalPorts } from './port.ts';

/** An engine in this very program, for nobody else. */
export function createLocalLink(createEngine: () => Promise<Engine>): EngineLink {
  let engine: Promise<Engine> | undefined;
  return {
    connect(onPort) {
      engine = createEngine();
      void engine.then((engine) => {
        const { tab, engine: end } = createLocalPorts();
        engine.attach(end);
        onPort(tab);
      });
    },
    onAttached() {},
    close: async () => (await engine)?.stop(),
  };
}
