import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findFreePort } from './server.ts';

const program = fileURLToPath(new URL('../../../../bin/cluster', import.meta.url));

/** Three nodes, PostgreSQL and a balancer, as `bin/cluster` starts them; a node that is killed comes back by itself. */
export class Cluster {
  /** The nodes' processes as they are now, by number from 1. */
  private readonly processes = new Map<number, number>();
  private output = '';
  private isUp = false;

  private constructor(
    private readonly port: number,
    private readonly folder: string,
    private readonly child: ChildProcess,
  ) {
    const keep = (chunk: Buffer) => this.read(chunk.toString());
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
  }

  static async start(): Promise<Cluster> {
    const folder = await mkdtemp(join(tmpdir(), 'parley-cluster-'));
    // PostgreSQL may run as another user.
    await chmod(folder, 0o755);
    const port = await findFreePort(4);
    const child = spawn(program, ['--port', String(port), '--data', folder], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const cluster = new Cluster(port, folder, child);
    await cluster.until(() => cluster.isUp, 300_000);
    return cluster;
  }

  /** The balancer's address. */
  get url(): string {
    return this.urlOf(0);
  }

  /** A node's own address. */
  urlOf(node: number): string {
    return `http://localhost:${this.port + node}`;
  }

  /** `kill -9`; resolves when the node that is started in its place says that it is ready. */
  async kill(node: number): Promise<void> {
    const killed = this.processes.get(node);
    if (killed === undefined) throw new Error(`Node ${node} does not run`);
    process.kill(killed, 'SIGKILL');
    await this.until(() => this.processes.get(node) !== killed);
    await this.until(() =>
      fetch(`${this.urlOf(node)}/api/health/ready`).then(
        (response) => response.ok,
        () => false,
      ),
    );
  }

  async dispose(): Promise<void> {
    if (this.child.exitCode === null) {
      const ended = new Promise((resolve) => this.child.once('exit', resolve));
      this.child.kill('SIGTERM');
      await ended;
    }
    await rm(this.folder, { recursive: true, force: true });
  }

  private read(text: string): void {
    this.output += text;
    for (const [, node, pid] of this.output.matchAll(/^node (\d+) .* pid (\d+)/gm)) {
      this.processes.set(Number(node), Number(pid));
    }
    this.isUp ||= this.output.includes('\nParley is at ');
  }

  private async until(isSo: () => boolean | Promise<boolean>, ms = 30_000): Promise<void> {
    for (const end = Date.now() + ms; Date.now() < end; ) {
      if (this.child.exitCode !== null) break;
      if (await isSo()) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`The cluster did not come so far:\n${this.output}`);
  }
}
