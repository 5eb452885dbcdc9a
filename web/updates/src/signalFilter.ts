import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { ServerFrame } from '@parley/client';
import { WebSocket, WebSocketServer } from 'ws';

/**
 * Takes the messages out of what the server pushes, so that a client hears that a thread changed and not how. Its own
 * rule for that (C2) then fetches what it lacks.
 */
export class SignalFilter {
  private readonly http: Server = createServer();
  private readonly sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: ([first]) => first ?? false,
  });
  private readonly servers = new Set<WebSocket>();
  private readonly target: URL;

  constructor(target: URL) {
    this.target = target;
    this.http.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      this.sockets.handleUpgrade(request, socket, head, (client) => this.join(client, request));
    });
  }

  /** Takes over a connection that has not been read yet, and asks for a WebSocket. */
  take(client: Socket): void {
    this.http.emit('connection', client);
    client.resume();
  }

  stop(): void {
    for (const server of this.servers) server.terminate();
  }

  private join(client: WebSocket, request: IncomingMessage): void {
    const { authorization = '', origin = '', host = '' } = request.headers;
    const server = new WebSocket(new URL('/api/socket', this.target), client.protocol, {
      perMessageDeflate: false,
      headers: { authorization, origin, host },
    });
    this.servers.add(server);
    const opened = new Promise<void>((resolve) => server.once('open', () => resolve()));
    client.on('message', async (data) => {
      await opened;
      server.send(String(data));
    });
    server.on('message', (data) => client.send(withoutMessages(String(data))));
    client.on('close', () => server.close());
    server.on('close', () => {
      this.servers.delete(server);
      client.close();
    });
    server.on('error', () => client.terminate());
    client.on('error', () => server.terminate());
  }
}

export function withoutMessages(data: string): string {
  const frame = JSON.parse(data) as ServerFrame;
  return frame.type === 'changes' ? JSON.stringify({ ...frame, messages: [] }) : data;
}
