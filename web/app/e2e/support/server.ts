import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../../../build/parley/parley', import.meta.url));

/** The real server, on a free port, with a folder of its own; it can be killed and started again on the same data. */
export class Server {
  private process: ChildProcess | null = null;

  private constructor(
    readonly port: number,
    private readonly folder: string,
  ) {}

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  static async start(): Promise<Server> {
    return Server.startOn(await mkdtemp(join(tmpdir(), 'parley-e2e-')));
  }

  /** On a folder with data, which is deleted in the end like one of its own. */
  static async startOn(folder: string): Promise<Server> {
    const server = new Server(await findFreePort(), folder);
    await server.start();
    return server;
  }

  async start(): Promise<void> {
    const child = spawn(program, ['--port', String(this.port), '--data', this.folder, '--no-limits'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process = child;
    let output = '';
    const keep = (chunk: Buffer) => {
      output += chunk.toString();
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    for (let tries = 0; tries < 300; tries++) {
      if (child.exitCode !== null) throw new Error(`The server did not start:\n${output}`);
      const isReady = await fetch(`${this.url}/api/health/ready`).then(
        (response) => response.ok,
        () => false,
      );
      if (isReady) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`The server was not ready in 30 s:\n${output}`);
  }

  /** Ends the process: SIGKILL as a crash does, SIGTERM as an operator does. */
  async kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    const child = this.process;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
    this.process = null;
  }

  async dispose(): Promise<void> {
    await this.kill('SIGTERM');
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A port of this machine that is free, and the ones after it. */
export async function findFreePort(count = 1): Promise<number> {
  for (;;) {
    const first = await probe(0);
    if (first === undefined || first + count > 65_536) continue;
    const others = Array.from({ length: count - 1 }, (_, index) => probe(first + 1 + index));
    if ((await Promise.all(others)).every((port) => port !== undefined)) return first;
  }
}

/** The port if it is free (any free one for 0), or undefined. */
function probe(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const listener = createServer();
    listener.once('error', () => resolve(undefined));
    listener.listen(port, '127.0.0.1', () => {
      const address = listener.address();
      listener.close(() => resolve(address && typeof address === 'object' ? address.port : undefined));
    });
  });
}
