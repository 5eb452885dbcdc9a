/** Which row a key leads to from row `at`; null for a key that does not move. */
export function rowAfterKey(key: string, at: number, count: number, page: number): number | null {
  const moves: Record<string, number> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    PageDown: at + page,
    PageUp: at - page,
    Home: 0,
    End: count - 1,
  };
  const to = Object.hasOwn(moves, key) ? moves[key] : undefined;
  if (to === undefined || count === 0) return null;
  return Math.min(count - 1, Math.max(0, to));
}
