import type { Conversation } from './conversation/conversation.ts';
import type { Scene } from './stage.ts';

/** A message on its way; times are those of `now`. */
export interface Sent {
  /** `threadId:seq` */
  message: string;
  thread: number;
  sentAt: number;
  ackedAt: number;
}

/** Milliseconds of the machine's monotonic clock, the same in every process. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Sends the conversation as it was written, only faster; resolves when everything is acknowledged. */
export async function replay(
  conversation: Conversation,
  scene: Scene,
  threads: readonly string[],
  speed: number,
): Promise<Sent[]> {
  const start = now();
  return Promise.all(
    conversation.lines.map(async ({ thread, isOwn, text, atMs }, index): Promise<Sent> => {
      await new Promise((resolve) => setTimeout(resolve, start + atMs / speed - now()));
      const sender = isOwn ? scene.observed : scene.others[thread];
      const id = threads[thread];
      if (!sender || !id) throw new Error(`There is no thread ${thread}.`);
      const sentAt = now();
      const cid = `line-${index}`;
      const { seq } = await sender.call<{ seq: number }>('POST', `/threads/${id}/messages`, { cid, text });
      return { message: `${id}:${seq}`, thread, sentAt, ackedAt: now() };
    }),
  );
}
