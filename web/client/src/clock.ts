/** Time and chance, handed in so that tests decide both. */
export interface Clock {
  /** Milliseconds since 1970, for display and for ids. It jumps when somebody sets the device's clock. */
  now(): number;
  /** Milliseconds since some moment, never jumping: what intervals are measured with. */
  elapsed(): number;
  setTimeout(run: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
  /** Evenly spread in [0, 1). */
  random(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  setTimeout: (run, ms) => setTimeout(run, ms),
  clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
  random: () => Math.random(),
};
