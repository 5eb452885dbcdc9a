import type { Engine } from '../engine/engine.ts';
import type { EngineLink } from './client.ts';
import { createLocalPorts } from './port.ts';

/** An engine in this very program, for nobody else. */
export function createLocalLink(engine: Engine): EngineLink {
  return {
    connect(onPort) {
      const { tab, engine: end } = createLocalPorts();
      engine.attach(end);
      onPort(tab);
      void engine.start();
    },
    onAttached() {},
    close: () => engine.stop(),
  };
}
