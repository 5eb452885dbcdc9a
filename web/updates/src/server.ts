import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../../build/parley/parley', import.meta.url));
const START_PATIENCE_MS = 60_000;
/** What the server needs when nothing happens, with a margin: beyond it, it is still compiling. */
const QUIET_MS_PER_SECOND = 60;
const QUIET_PATIENCE_S = 30;

/** The server of this clone, as it is released, on a free port. */
export class Server {
  private constructor(
    private readonly process: ChildProcess,
    readonly url: string,
  ) {}

  static async start(folder: string): Promise<Server> {
    const child = spawn(program, ['--port', '0', '--data', folder, '--no-limits'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    // Whatever ends this program ends the server, before the folder of its data goes.
    const kill = () => child.kill('SIGKILL');
    process.prependListener('exit', kill);
    child.once('exit', () => process.off('exit', kill));
    let output = '';
    const end = Date.now() + START_PATIENCE_MS;
    const keep = (chunk: Buffer) => {
      output += chunk.toString();
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    for (;;) {
      const url = /http:\/\/[^\s,]+/.exec(output)?.[0];
      if (url) {
        const isReady = await fetch(`${url}/api/health/ready`).then(
          (response) => response.ok,
          () => false,
        );
        if (isReady) return new Server(child, url);
      }
      if (child.exitCode !== null || Date.now() > end) {
        kill();
        throw new Error(`The server did not start:\n${output}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** What the process has used of the CPU so far, in ms. */
  cpuMs(): number {
    // The name of the program, in brackets, is the only field that may hold spaces.
    const stat = readFileSync(`/proc/${this.process.pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond();
  }

  /** Waits until the server does no more than it does for itself: what came before must not be in the figures. */
  async becomeQuiet(): Promise<void> {
    for (let second = 0; second < QUIET_PATIENCE_S; second++) {
      const before = this.cpuMs();
      await new Promise((resolve) => setTimeout(resolve, 1000));
      if (this.cpuMs() - before < QUIET_MS_PER_SECOND) return;
    }
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null) return;
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill('SIGTERM');
    await ended;
  }
}

let ticks = 0;

function ticksPerSecond(): number {
  ticks ||= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  return ticks;
}
