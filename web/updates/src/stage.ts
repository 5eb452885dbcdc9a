import { cp } from 'node:fs/promises';
import { type ClientFrame, type ServerFrame, SUBPROTOCOL } from '@parley/client';
import { WebSocket } from 'ws';
import { Api } from './api.ts';
import type { Conversation } from './conversation/conversation.ts';
import { type Folder, makeFolder } from './folder.ts';
import { Server } from './server.ts';

/** How often each route is called before anything is measured, so that all of them are compiled to the end. */
const WARM_UP_CALLS = 1_500;
const WARM_UP_AT_ONCE = 4;

/**
 * The people of a conversation and what they said before it, in a data folder that every run gets a copy of: all
 * runs begin alike.
 */
export class Stage {
  private constructor(
    private readonly folder: Folder,
    private readonly observed: Api,
    private readonly others: readonly Api[],
    /** The ids of the threads, in the conversation's order. */
    readonly threads: readonly string[],
    private readonly warmUpThread: string,
  ) {}

  static async prepare(conversation: Conversation): Promise<Stage> {
    const folder = await makeFolder();
    const server = await Server.start(folder.path);
    try {
      const observed = await Api.signUp(server.url, 'observed', 'Olive Observed');
      const others: Api[] = [];
      const threads: string[] = [];
      const startThread = async (name: string, fullName: string) => {
        const other = await Api.signUp(server.url, name, fullName);
        const head = await observed.call<{ id: string }>('POST', '/threads', { userIds: [other.userId] });
        return [other, head.id] as const;
      };
      const [warmer, warmUpThread] = await startThread('warmer', 'Wendy Warmup');
      for (const index of conversation.threads.keys()) {
        const [other, thread] = await startThread(`friend${index}`, `Friend Number ${index}`);
        others.push(other);
        threads.push(thread);
      }
      // The open thread comes last, so that the list begins with those that are active.
      for (const [index, history] of [...conversation.threads.entries()].reverse()) {
        for (const [number, { isOwn, text }] of history.entries()) {
          const sender = (isOwn ? observed : others[index]) as Api;
          const cid = `before-${index}-${number}`;
          await sender.call('POST', `/threads/${threads[index]}/messages`, { cid, text });
        }
        const read = history.length;
        await observed.call('PATCH', `/threads/${threads[index]}`, { read });
      }
      return new Stage(folder, observed, [...others, warmer], threads, warmUpThread);
    } finally {
      await server.stop();
    }
  }

  /** A server in the state that the conversation begins with. */
  async open(): Promise<Scene> {
    const folder = await makeFolder();
    await cp(this.folder.path, folder.path, { recursive: true });
    const server = await Server.start(folder.path);
    const scene: Scene = {
      server,
      observed: this.observed.at(server.url),
      others: this.others.map((other) => other.at(server.url)),
      close: async () => {
        await server.stop();
        await folder.remove();
      },
    };
    await this.warmUp(scene).catch(async (error) => {
      await scene.close();
      throw error;
    });
    return scene;
  }

  async close(): Promise<void> {
    await this.folder.remove();
  }

  /** What all ways use is used, so that none pays for another's start. */
  private async warmUp({ server, observed, others }: Scene): Promise<void> {
    const thread = `/threads/${this.warmUpThread}`;
    const open = `/threads/${this.threads[0]}`;
    const warmer = others.at(-1) as Api;
    const { epoch, version } = await observed.call<{ epoch: string; version: number }>(
      'GET',
      '/bootstrap?limit=50',
    );
    const once = async (number: number) => {
      await warmer.call('POST', `${thread}/messages`, { cid: `warm-${number}`, text: `warm-up ${number}` });
      await observed.call('GET', '/threads');
      await observed.call('GET', `${open}/messages`);
      await observed.call('GET', `${thread}/changes?revision=${Math.max(0, number - 5)}`);
      await observed.call('GET', `/sync?${new URLSearchParams({ epoch, version: String(version) })}`);
    };
    let next = 0;
    const work = async () => {
      while (next < WARM_UP_CALLS) await once(next++);
    };
    const socket = await this.openSocket(observed, server.url);
    await Promise.all(Array.from({ length: WARM_UP_AT_ONCE }, work));
    socket.close();
    await server.becomeQuiet();
  }

  /** A socket of the observed person that takes what comes, and says so. */
  private async openSocket({ token }: Api, url: string): Promise<WebSocket> {
    const socket = new WebSocket(`${url}/api/socket`, SUBPROTOCOL, {
      headers: { authorization: `Bearer ${token}`, origin: url },
    });
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    const say = (frame: ClientFrame) => socket.send(JSON.stringify(frame));
    socket.on('message', (data) => {
      const frame = JSON.parse(String(data)) as ServerFrame;
      if (frame.type === 'changes') say({ type: 'ping', version: frame.to });
    });
    say({ type: 'hello' });
    return socket;
  }
}

/** A server with the people of the conversation, for one run. */
export interface Scene {
  server: Server;
  observed: Api;
  /** In the conversation's order. */
  others: readonly Api[];
  close(): Promise<void>;
}
