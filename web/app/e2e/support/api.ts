import type { Head, Me, MessagePage } from '@parley/client';
import { Sender } from './sender.ts';

/** A program's way in, for setting a scene faster than by clicking. */
export class Api {
  private constructor(
    private readonly url: string,
    readonly token: string,
    readonly me: Me,
  ) {}

  static async signUp(
    url: string,
    username: string,
    fullName: string,
    password = 'correct horse battery',
  ): Promise<Api> {
    const answer = await post<{ user: Me; token: string }>(`${url}/api/accounts`, {
      username,
      fullName,
      password,
      bearer: true,
    });
    return new Api(url, answer.token, answer.user);
  }

  /** With a token that is there already. */
  static async signedIn(url: string, token: string): Promise<Api> {
    const response = await fetch(`${url}/api/me`, { headers: { authorization: `Bearer ${token}` } });
    return new Api(url, token, ((await response.json()) as { user: Me }).user);
  }

  startThread(userId: string): Promise<Head> {
    return this.call('POST', '/threads', { userIds: [userId] });
  }

  send(thread: string, text: string, cid: string = crypto.randomUUID()): Promise<{ seq: number }> {
    return this.call('POST', `/threads/${thread}/messages`, { cid, text });
  }

  /** Sends many messages by a socket, which keeps them in the order of the texts. */
  async sendMany(thread: string, texts: string[]): Promise<void> {
    const sender = await Sender.signedIn(this.url, this.token);
    for (let at = 0; at < texts.length; at += 100) {
      await Promise.all(texts.slice(at, at + 100).map((text) => sender.send(thread, text)));
    }
    sender.close();
  }

  getThread(thread: string): Promise<Head> {
    return this.call('GET', `/threads/${thread}`);
  }

  getMessages(thread: string): Promise<MessagePage> {
    return this.call('GET', `/threads/${thread}/messages`);
  }

  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.url}/api${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (response.status === 204 ? undefined : await response.json()) as T;
  }
}

async function post<T>(url: string, body: unknown): Promise<T> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`POST ${url}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}
