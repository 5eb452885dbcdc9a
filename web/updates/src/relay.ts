import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { SignalFilter } from './signalFilter.ts';

/** What the way between client and server does to sockets (WebSockets, that is). */
export type Sockets = 'pass' | 'refuse' | 'signal';

export interface Traffic {
  /** Bytes of the TCP streams: all of HTTP and of the socket's frames with their headers; TCP's own are not in it. */
  up: number;
  down: number;
  connections: number;
}

/** The way from the client to the server, which counts what passes. */
export class Relay {
  private readonly server: Server;
  private readonly filter: SignalFilter;
  private readonly clients = new Set<Socket>();
  private readonly ended: Traffic = { up: 0, down: 0, connections: 0 };
  private readonly target: URL;
  private readonly sockets: Sockets;

  private constructor(target: string, sockets: Sockets) {
    this.target = new URL(target);
    this.sockets = sockets;
    this.filter = new SignalFilter(this.target);
    this.server = createServer({ noDelay: true }, (client) => this.onClient(client));
  }

  static async start(target: string, sockets: Sockets): Promise<Relay> {
    const relay = new Relay(target, sockets);
    await new Promise<void>((resolve) => relay.server.listen(0, '127.0.0.1', resolve));
    return relay;
  }

  get url(): string {
    return `http://localhost:${(this.server.address() as AddressInfo).port}`;
  }

  traffic(): Traffic {
    const sum = { ...this.ended };
    for (const client of this.clients) {
      sum.up += client.bytesRead;
      sum.down += client.bytesWritten;
    }
    return sum;
  }

  async stop(): Promise<void> {
    const stopped = new Promise((resolve) => this.server.close(resolve));
    for (const client of this.clients) client.destroy();
    this.filter.stop();
    await stopped;
  }

  private onClient(client: Socket): void {
    this.clients.add(client);
    this.ended.connections++;
    client.once('close', () => {
      this.clients.delete(client);
      this.ended.up += client.bytesRead;
      this.ended.down += client.bytesWritten;
    });
    client.on('error', () => client.destroy());
    client.once('data', (first: Buffer) => {
      const isSocket = first.toString('latin1', 0, 16) === 'GET /api/socket ';
      if (isSocket && this.sockets === 'refuse') {
        client.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
      } else if (isSocket && this.sockets === 'signal') {
        client.pause();
        client.unshift(first);
        this.filter.take(client);
      } else {
        this.pass(client, first);
      }
    });
  }

  private pass(client: Socket, first: Buffer): void {
    const server = connect({ port: Number(this.target.port), host: this.target.hostname, noDelay: true });
    server.on('error', () => client.destroy());
    server.on('close', () => client.destroy());
    client.on('close', () => server.destroy());
    server.write(first);
    client.pipe(server);
    server.pipe(client);
  }
}
