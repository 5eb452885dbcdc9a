import type { Lines } from '../observer/observed.ts';

export interface Percentiles {
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

/** One line of the results: a run of a way, or of the server without a client (`idle`, `unwatched`). */
export interface Result {
  way: string;
  run: number;
  startedAt: string;
  seconds: number;
  messages: number;
  /** The machine's load average of a minute, before and after. */
  load: [number, number];
  /** User and system time of the server's process. */
  serverCpuMs: number;
  bytesUp?: number;
  bytesDown?: number;
  connections?: number;
  requests?: number;
  framesIn?: number;
  framesOut?: number;
  clientCpuMs?: number;
  /** From when a message was sent until it was shown; those of the open thread alone; from its acknowledgement. */
  shownMs?: Percentiles;
  openShownMs?: Percentiles;
  afterAckMs?: Percentiles;
  ackMs?: Percentiles;
  /** What it cost to get the list and the messages of six threads, before the window. */
  begin?: { bytesUp: number; bytesDown: number; requests: number; framesIn: number; framesOut: number };
}

/** The first line of the results: what was measured, and where. */
export interface Setting {
  way: 'setting';
  date: string;
  machine: string;
  source: string;
  messages: number;
  own: number;
  characters: number;
  active: number;
  listed: number;
  minutes: number;
  speed: number;
  /** For each way, the source files of the client that took part. */
  lines: Record<string, Lines>;
}
