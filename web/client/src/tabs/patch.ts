import type { StoreKey } from '../parley.ts';
import { share } from '../views/same.ts';

/**
 * A new value for a key. Of long arrays only what changed between their common beginning and end is sent: an arriving
 * message costs the same in a list of ten and of ten thousand, and what stays the same stays the same object.
 */
export interface Patch {
  key: StoreKey;
  /** Undefined: the key has no value any more. */
  value: unknown;
  splices?: Record<string, Splice>;
}

type Splice = [start: number, deleteCount: number, added: unknown[]];

const longArrays = ['ids', 'archivedIds', 'items'];

export function makePatch(key: StoreKey, value: unknown, previous: unknown): Patch {
  if (!isRecord(value) || !isRecord(previous)) return { key, value };
  const splices: Record<string, Splice> = {};
  const rest: Record<string, unknown> = { ...value };
  for (const name of longArrays) {
    const now = value[name];
    const before = previous[name];
    if (!Array.isArray(now) || !Array.isArray(before)) continue;
    delete rest[name];
    splices[name] = difference(before, now);
  }
  return Object.keys(splices).length > 0 ? { key, value: rest, splices } : { key, value };
}

export function applyPatch(patch: Patch, previous: unknown): unknown {
  // A new engine tells everything again; what it says anew must not look new.
  if (!patch.splices) return share(previous, patch.value);
  const value = { ...(patch.value as Record<string, unknown>) };
  for (const [name, [start, deleteCount, added]] of Object.entries(patch.splices)) {
    const before = ((previous as Record<string, unknown> | undefined)?.[name] ?? []) as unknown[];
    value[name] =
      deleteCount === 0 && added.length === 0 ? before : before.toSpliced(start, deleteCount, ...added);
  }
  return value;
}

function difference(before: readonly unknown[], now: readonly unknown[]): Splice {
  const shorter = Math.min(before.length, now.length);
  let start = 0;
  while (start < shorter && before[start] === now[start]) start++;
  let end = 0;
  while (end < shorter - start && before[before.length - 1 - end] === now[now.length - 1 - end]) end++;
  return [start, before.length - end - start, now.slice(start, now.length - end)];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
