/** The last `most` different ids, the newest at the end; the same array if nothing changed. */
export function keepLast(kept: readonly string[], id: string, most: number): readonly string[] {
  if (kept.at(-1) === id) return kept;
  return [...kept.filter((other) => other !== id), id].slice(-most);
}
