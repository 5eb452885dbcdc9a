const engines = ['sqlite', 'postgres'];

/**
 * The commands of each plot, and of the rows of docs/performance.md that compare people and nodes. Each list grows: what cannot keep up with
 * one of its commands is not tried with those after it.
 */
const commands = {
  window: engines.map((engine) =>
    [1, 4, 16, 64, 256].map((inFlight) => `bench sends --engine ${engine} --in-flight ${inFlight}`),
  ),
  rate: engines.map((engine) =>
    [500, 1_000, 2_000, 5_000, 10_000, 15_000, 20_000, 30_000].map(
      (rate) => `bench latency --engine ${engine} --rate ${rate}`,
    ),
  ),
  sockets: engines.map((engine) =>
    [1_000, 5_000, 10_000, 19_000].map((sockets) => `bench idle --engine ${engine} --sockets ${sockets}`),
  ),
  size: engines.map((engine) =>
    [100_000, 1_000_000, 10_000_000].map(
      (messages) => `bench sends --engine ${engine} --in-flight 256 --messages ${messages}`,
    ),
  ),
  people: engines.map((engine) =>
    ['', ' --people 1000000'].map(
      (people) => `bench sends --engine ${engine} --in-flight 256 --messages 100000${people}`,
    ),
  ),
  nodes: [
    'sends --engine postgres --in-flight 1',
    'sends --engine postgres --in-flight 64',
    'latency --engine postgres --rate 500',
  ].map((one) => ['', ' --nodes 2', ' --nodes 2 --cluster'].map((nodes) => `bench ${one}${nodes}`)),
} as const satisfies Record<string, readonly string[][]>;

export type Plot = keyof typeof commands;
export const plots = Object.keys(commands) as Plot[];

/** The lists of commands of these plots. */
export function listsOf(chosen: readonly Plot[]): string[][] {
  return chosen.flatMap((plot) => commands[plot]);
}
