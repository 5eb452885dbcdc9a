import { now } from '../replay.ts';
import type { Shown } from './observed.ts';

/** What stands on the observer's screen, and since when: the open thread with its messages, the list with its rows. */
export class Display {
  readonly shown: Shown = {};
  openMessages: string[] = [];
  private readonly lastSeqs = new Map<string, number>();
  private readonly openThread: string;

  constructor(openThread: string) {
    this.openThread = openThread;
  }

  /** The row of a thread other than the open one shows its newest message: what came before it has been heard of. */
  showRow(thread: string, lastSeq: number): void {
    if (thread === this.openThread) return;
    const before = this.lastSeqs.get(thread) ?? lastSeq;
    for (let seq = before + 1; seq <= lastSeq; seq++) this.mark(thread, seq);
    this.lastSeqs.set(thread, Math.max(before, lastSeq));
  }

  /** The open thread shows these, oldest first. */
  showMessages(messages: readonly { seq: number; cid: string }[]): void {
    const newest = this.lastSeqs.get(this.openThread) ?? messages.at(-1)?.seq ?? 0;
    for (let index = messages.length - 1; index >= 0; index--) {
      const seq = messages[index]?.seq ?? 0;
      if (seq <= newest) break;
      this.mark(this.openThread, seq);
    }
    this.lastSeqs.set(this.openThread, Math.max(newest, messages.at(-1)?.seq ?? 0));
    this.openMessages = messages.map(({ seq, cid }) => `${seq} ${cid}`);
  }

  private mark(thread: string, seq: number): void {
    this.shown[`${thread}:${seq}`] ??= now();
  }
}
