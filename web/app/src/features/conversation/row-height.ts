/**
 * The heights of the rows that a commit brought, all read before the first of them is placed: placing one after
 * reading the next makes the browser lay out the page once for each.
 */
const heights = new Map<Element, number>();

/** How high a row is that was just put into the page. */
export function heightOf(row: HTMLElement): number {
  if (!heights.has(row)) {
    if (heights.size === 0) queueMicrotask(() => heights.clear());
    for (const one of row.parentElement?.children ?? []) heights.set(one, (one as HTMLElement).offsetHeight);
  }
  return heights.get(row) ?? row.offsetHeight;
}

/** How high a row is that has become another height. */
export function heightIn(entry: ResizeObserverEntry): number {
  return Math.round(entry.borderBoxSize[0]?.blockSize ?? 0);
}
