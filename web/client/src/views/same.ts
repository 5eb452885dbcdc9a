/** Whether two plain JSON values say the same. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => key in b && same(a[key as never], b[key as never]));
}

/** `next`, with every part of it that says the same as before replaced by what was there before. */
export function share(previous: unknown, next: unknown): unknown {
  if (!isRecord(previous) || !isRecord(next) || Array.isArray(previous) !== Array.isArray(next)) return next;
  let isSame = Object.keys(previous).length === Object.keys(next).length;
  const shared: Record<string, unknown> = Array.isArray(next) ? ([] as never) : {};
  for (const key of Object.keys(next)) {
    shared[key] = share(previous[key], next[key]);
    isSame &&= key in previous && shared[key] === previous[key];
  }
  return isSame ? previous : shared;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
