import { connect, createServer, type Socket, type Server as TcpServer } from 'node:net';

/**
 * What the network between a browser and the server does:
 * - `open`: its job
 * - `cut`: it is gone, and says so: what was open is reset, what is new is refused
 * - `silent`: it swallows everything and says nothing, ends of connections included (half-open)
 * - `noSockets`: a proxy that knows only HTTP refuses WebSockets
 * - `shortSockets`: a proxy ends every WebSocket after a second
 * - `deafSockets`: a proxy lets WebSockets open and passes none of their frames on
 */
export type WireMode = 'open' | 'cut' | 'silent' | 'noSockets' | 'shortSockets' | 'deafSockets';

const SHORT_MS = 1_000;

interface Link {
  client: Socket;
  server: Socket;
  isSocket: boolean;
  /** Nothing passes any more, and neither end hears of the other's. */
  isDead: boolean;
}

/** A real network between a browser and the server, that a test can break. */
export class Wire {
  private mode: WireMode = 'open';
  private readonly links = new Set<Link>();
  /** The requests that went to the server, as method and path. */
  readonly requests: string[] = [];
  /** How long everything takes, each way. */
  delayMs = 0;
  private readonly listener: TcpServer;
  private readonly port: number;

  private constructor(listener: TcpServer, port: number) {
    this.listener = listener;
    this.port = port;
  }

  static async start(port: number): Promise<Wire> {
    const listener = createServer({ allowHalfOpen: false });
    await new Promise<void>((resolve) => listener.listen(0, 'localhost', resolve));
    const wire = new Wire(listener, port);
    listener.on('connection', (client) => wire.take(client));
    return wire;
  }

  get url(): string {
    const address = this.listener.address();
    if (!address || typeof address !== 'object') throw new Error('The wire is gone');
    return `http://localhost:${address.port}`;
  }

  /** WebSockets that pass frames at this moment. */
  get liveSockets(): number {
    return [...this.links].filter((link) => link.isSocket && !link.isDead).length;
  }

  set(mode: WireMode): void {
    this.mode = mode;
    for (const link of [...this.links]) {
      if (mode === 'silent') link.isDead = true;
      else if (mode === 'cut' || (mode !== 'open' && link.isSocket)) this.end(link);
    }
  }

  async dispose(): Promise<void> {
    for (const link of [...this.links]) this.end(link);
    await new Promise((resolve) => this.listener.close(resolve));
  }

  private take(client: Socket): void {
    if (this.mode === 'cut') {
      client.on('error', () => {});
      client.resetAndDestroy();
      return;
    }
    const server = connect(this.port, 'localhost');
    const link: Link = { client, server, isSocket: false, isDead: this.mode === 'silent' };
    this.links.add(link);
    client.setNoDelay(true);
    server.setNoDelay(true);
    client.once('data', (head) => this.onHead(link, head));
    client.on('data', (data) => {
      const [, request] = /^([A-Z]+ \/\S*) HTTP/.exec(data.toString('latin1')) ?? [];
      if (request) this.requests.push(request);
      this.later(() => link.isDead || server.write(data));
    });
    server.on('data', (data) => this.later(() => this.onAnswer(link, data)));
    for (const end of [client, server]) {
      end.on('error', () => {});
      end.on('close', () => {
        // A browser that is killed behind a dead network tells the server nothing.
        if (!link.isDead) this.end(link);
      });
    }
  }

  private onHead(link: Link, head: Buffer): void {
    link.isSocket = /^upgrade: *websocket/im.test(head.toString('latin1'));
    if (!link.isSocket) return;
    if (this.mode === 'noSockets') {
      link.isDead = true;
      link.client.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
      link.server.destroy();
      this.links.delete(link);
      return;
    }
    if (this.mode === 'shortSockets') setTimeout(() => this.end(link), SHORT_MS);
  }

  private later(pass: () => void): void {
    if (this.delayMs > 0) setTimeout(pass, this.delayMs);
    else pass();
  }

  private onAnswer(link: Link, data: Buffer): void {
    if (link.isDead) return;
    if (link.isSocket && this.mode === 'deafSockets') {
      // The handshake passes, and nothing after it.
      const end = data.indexOf('\r\n\r\n');
      link.client.write(end < 0 ? data : data.subarray(0, end + 4));
      link.isDead = true;
      return;
    }
    link.client.write(data);
  }

  private end(link: Link): void {
    this.links.delete(link);
    link.client.destroy();
    link.server.destroy();
  }
}
