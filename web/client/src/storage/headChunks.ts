import type { Head } from '../protocol.ts';

const CHUNK = 250;
/** Pinned threads come first in the list, so they lie apart and are read with the most recent. */
export const PINNED_CHUNK = 2 ** 31;

/**
 * Which heads lie together on disk. Chunk numbers rise with recency: a thread with a new message moves to the highest
 * one, so that the first paint reads the end and a message rewrites two chunks at most.
 */
export class HeadChunks {
  private readonly chunks = new Map<number, Map<string, Head>>();
  private readonly chunkOf = new Map<string, number>();
  private readonly dirty = new Set<number>();

  load(stored: Iterable<[number, readonly Head[]]>): void {
    this.clear();
    this.dirty.clear();
    for (const [number, heads] of stored) {
      for (const head of heads) {
        const held = this.get(head.id);
        if (held && held.version >= head.version) continue;
        this.take(head.id);
        this.place(head, number);
      }
    }
    this.dirty.clear();
  }

  clear(): void {
    for (const number of this.chunks.keys()) this.dirty.add(number);
    this.chunks.clear();
    this.chunkOf.clear();
  }

  put(head: Head): void {
    const held = this.get(head.id);
    const number = this.chunkOf.get(head.id);
    const stays = held && held.activity === head.activity && held.pinned === head.pinned;
    if (number !== undefined && stays) {
      this.place(head, number);
      return;
    }
    this.take(head.id);
    this.place(head, this.choose(head));
  }

  remove(id: string): void {
    this.take(id);
  }

  heads(): Head[] {
    return [...this.chunks.values()].flatMap((chunk) => [...chunk.values()]);
  }

  /** What must be written; an empty chunk is to be deleted. */
  changes(): [number, Head[]][] {
    return [...this.dirty].map((number) => [number, [...(this.chunks.get(number)?.values() ?? [])]]);
  }

  written(): void {
    this.dirty.clear();
  }

  private get(id: string): Head | undefined {
    const number = this.chunkOf.get(id);
    return number === undefined ? undefined : this.chunks.get(number)?.get(id);
  }

  private place(head: Head, number: number): void {
    let chunk = this.chunks.get(number);
    if (!chunk) {
      chunk = new Map();
      this.chunks.set(number, chunk);
    }
    chunk.set(head.id, head);
    this.chunkOf.set(head.id, number);
    this.dirty.add(number);
  }

  private take(id: string): void {
    const number = this.chunkOf.get(id);
    if (number === undefined) return;
    this.chunkOf.delete(id);
    this.dirty.add(number);
    const chunk = this.chunks.get(number);
    chunk?.delete(id);
    if (chunk?.size === 0) this.chunks.delete(number);
  }

  /** The newest go on top; pages of the list, which come newest first, are laid below what is there. */
  private choose(head: Head): number {
    if (head.pinned) return PINNED_CHUNK;
    const numbers = [...this.chunks.keys()].filter((number) => number !== PINNED_CHUNK);
    if (numbers.length === 0) return 0;
    const lowest = Math.min(...numbers);
    const highest = Math.max(...numbers);
    if (this.isOlderThanAll(head, lowest)) return this.sizeOf(lowest) < CHUNK ? lowest : lowest - 1;
    return this.sizeOf(highest) < CHUNK ? highest : highest + 1;
  }

  private isOlderThanAll(head: Head, number: number): boolean {
    for (const other of this.chunks.get(number)?.values() ?? [])
      if (other.activity < head.activity) return false;
    return true;
  }

  private sizeOf(number: number): number {
    return this.chunks.get(number)?.size ?? 0;
  }
}
