import { once } from 'node:events';
import WebSocket from 'ws';

/** A program that sends by socket: to make load it costs a tenth of what requests do, and leaves the rest to the page. */
export class Sender {
  private readonly answered = new Map<string, () => void>();

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (data) => this.onFrame(String(data)));
  }

  static async signedIn(url: string, token: string): Promise<Sender> {
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/api/socket`, 'parley.1', {
      headers: { authorization: `Bearer ${token}`, origin: url },
    });
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'hello' }));
    return new Sender(socket);
  }

  /** Resolves once the server has it. */
  send(thread: string, text: string): Promise<void> {
    const cid = crypto.randomUUID();
    this.socket.send(JSON.stringify({ type: 'send', cid, thread, text }));
    return new Promise((resolve) => this.answered.set(cid, resolve));
  }

  close(): void {
    this.socket.close();
  }

  private onFrame(data: string): void {
    // What is pushed is for others to look at; reading it would cost as much as sending.
    if (!data.startsWith('{"type":"ack"')) return;
    const { cid } = JSON.parse(data) as { cid: string };
    this.answered.get(cid)?.();
    this.answered.delete(cid);
  }
}
