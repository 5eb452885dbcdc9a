import { fork } from 'node:child_process';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Conversation } from './conversation/conversation.ts';
import type { Counts, FromObserver, Lines, Shown, Task, ToObserver } from './observer/observed.ts';
import { Relay } from './relay.ts';
import { replay, type Sent } from './replay.ts';
import type { Percentiles, Result } from './report/result.ts';
import { percentiles } from './report/statistics.ts';
import type { Scene, Stage } from './stage.ts';
import { socketsOf, type Way } from './ways.ts';

/** After the last message: what a client does in a quiet moment belongs to the figures. */
const SETTLE_MS = 3_000;
const START_PATIENCE_MS = 90_000;
/** On a busy machine a message may come later than the stretch ends: it is late then, not lost. */
const LATE_MS = 30_000;

/** What is measured beside the ways: the server alone, and the conversation with nobody who listens. */
export type Kind = Way | 'idle' | 'unwatched';

/** One run of one kind, on a server of its own. */
export async function measure(
  kind: Kind,
  run: number,
  conversation: Conversation,
  stage: Stage,
  speed: number,
): Promise<{ result: Result; lines: Lines }> {
  const scene = await stage.open();
  try {
    const isWatched = kind !== 'idle' && kind !== 'unwatched';
    return isWatched
      ? await measureWay(kind, run, conversation, stage, scene, speed)
      : { result: await measureServer(kind, run, conversation, stage, scene, speed), lines: {} };
  } finally {
    await scene.close();
  }
}

async function measureServer(
  kind: 'idle' | 'unwatched',
  run: number,
  conversation: Conversation,
  stage: Stage,
  scene: Scene,
  speed: number,
): Promise<Result> {
  const lines = kind === 'idle' ? [] : conversation.lines;
  const window = await runWindow({ ...conversation, lines }, stage, scene, speed);
  const { sent, figures } = window;
  const result = { way: kind, run, messages: sent.length, ...figures };
  return sent.length === 0 ? result : { ...result, ackMs: ackDelays(sent) };
}

async function measureWay(
  way: Way,
  run: number,
  conversation: Conversation,
  stage: Stage,
  scene: Scene,
  speed: number,
): Promise<{ result: Result; lines: Lines }> {
  const relay = await Relay.start(scene.server.url, socketsOf[way]);
  const activeThreads = stage.threads.slice(0, conversation.active);
  const observer = new Observer({
    way,
    url: relay.url,
    token: scene.observed.token,
    activeThreads,
    listed: stage.threads.length,
  });
  try {
    await observer.next('ready');
    await scene.server.becomeQuiet();
    observer.tell('begin');
    const { counts: before } = await observer.next('ready');
    const start = relay.traffic();
    const window = await runWindow(conversation, stage, scene, speed);
    const end = relay.traffic();
    await waitForLate(observer, window.sent.length);
    observer.tell('end');
    const { counts, cpuMs, shown, lines, openMessages } = await observer.next('ended');
    const delays = findDelays(window.sent, shown);
    await compareOpen(scene, activeThreads[0] as string, openMessages);
    const result: Result = {
      way,
      run,
      messages: window.sent.length,
      ...window.figures,
      bytesUp: end.up - start.up,
      bytesDown: end.down - start.down,
      connections: end.connections - start.connections,
      ...subtract(counts, before),
      clientCpuMs: cpuMs,
      ...delays,
      begin: { bytesUp: start.up, bytesDown: start.down, ...before },
    };
    return { result, lines };
  } finally {
    observer.kill();
    await relay.stop();
  }
}

/** The stretch that is measured: as long for every kind, whatever happens in it. */
async function runWindow(conversation: Conversation, stage: Stage, scene: Scene, speed: number) {
  const startedAt = new Date().toISOString();
  const [loadBefore = 0] = loadavg();
  const cpuBefore = scene.server.cpuMs();
  const seconds = (conversation.minutes * 60) / speed + SETTLE_MS / 1000;
  const [sent] = await Promise.all([
    replay(conversation, scene, stage.threads, speed),
    sleep(seconds * 1000),
  ]);
  const serverCpuMs = scene.server.cpuMs() - cpuBefore;
  const [loadAfter = 0] = loadavg();
  const figures = { startedAt, seconds, serverCpuMs, load: [loadBefore, loadAfter] as [number, number] };
  return { sent, figures };
}

async function waitForLate(observer: Observer, messages: number): Promise<void> {
  const end = Date.now() + LATE_MS;
  do {
    observer.tell('ask');
    if ((await observer.next('shown')).messages >= messages) return;
    await sleep(200);
  } while (Date.now() < end);
}

/** From when a message was sent, and from when its sender knew that it was, until it was shown. */
function findDelays(
  sent: readonly Sent[],
  shown: Shown,
): { shownMs: Percentiles; openShownMs: Percentiles; afterAckMs: Percentiles; ackMs: Percentiles } {
  const missing = sent.filter(({ message }) => shown[message] === undefined);
  if (missing.length > 0) {
    const which = missing.map(({ message, thread }) => `${thread === 0 ? 'open ' : ''}${message}`).join(', ');
    throw new Error(`${missing.length} of ${sent.length} messages were never shown: ${which}`);
  }
  const at = ({ message }: Sent) => shown[message] as number;
  const open = sent.filter(({ thread }) => thread === 0);
  return {
    shownMs: percentiles(sent.map((one) => at(one) - one.sentAt)),
    openShownMs: percentiles(open.map((one) => at(one) - one.sentAt)),
    afterAckMs: percentiles(sent.map((one) => at(one) - one.ackedAt)),
    ackMs: ackDelays(sent),
  };
}

function ackDelays(sent: readonly Sent[]): Percentiles {
  return percentiles(sent.map((one) => one.ackedAt - one.sentAt));
}

/** A way that shows something else than there is would have its figures for nothing. */
async function compareOpen(scene: Scene, thread: string, openMessages: readonly string[]): Promise<void> {
  const { messages } = await scene.observed.call<{ messages: { seq: number; cid: string }[] }>(
    'GET',
    `/threads/${thread}/messages`,
  );
  const there = messages.map(({ seq, cid }) => `${seq} ${cid}`).reverse();
  const isSame = there.every((message, index) => message === openMessages.at(index - there.length));
  if (!isSame) throw new Error('The open thread does not show what the server has.');
}

/** The client's process. */
class Observer {
  private readonly process;
  private readonly heard: FromObserver[] = [];
  private onHeard = () => {};

  constructor(task: Task) {
    this.process = fork(fileURLToPath(new URL('observer.js', import.meta.url)), [JSON.stringify(task)]);
    this.process.on('message', (message: FromObserver) => {
      this.heard.push(message);
      this.onHeard();
    });
    this.process.on('exit', () => this.onHeard());
  }

  tell(type: ToObserver['type']): void {
    this.process.send({ type } satisfies ToObserver);
  }

  async next<T extends FromObserver['type']>(type: T): Promise<Extract<FromObserver, { type: T }>> {
    const end = Date.now() + START_PATIENCE_MS;
    for (;;) {
      const message = this.heard.shift();
      if (message?.type === type) return message as Extract<FromObserver, { type: T }>;
      if (this.process.exitCode !== null) throw new Error('The client ended early.');
      if (Date.now() > end) throw new Error(`The client did not say "${type}".`);
      await new Promise<void>((resolve) => {
        this.onHeard = resolve;
        setTimeout(resolve, 1000);
      });
    }
  }

  kill(): void {
    this.process.kill('SIGKILL');
  }
}

function subtract(after: Counts, before: Counts): Counts {
  return {
    requests: after.requests - before.requests,
    framesIn: after.framesIn - before.framesIn,
    framesOut: after.framesOut - before.framesOut,
  };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
