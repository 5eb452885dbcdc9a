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
    const server = new Server(await findFreePort(), await mkdtemp(join(tmpdir(), 'parley-e2e-')));
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

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
