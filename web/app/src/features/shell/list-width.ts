import { create } from 'zustand';
import { readStored, writeStored } from '../../view/stored.ts';

export const LIST_WIDTH = { least: 280, usual: 340, most: 520 } as const;

export function clampListWidth(width: number): number {
  return Math.round(Math.min(LIST_WIDTH.most, Math.max(LIST_WIDTH.least, width)));
}

/** How wide the list is; this browser remembers it. */
export const useListWidth = create<{ width: number }>(() => {
  const stored = Number(readStored('listWidth') ?? LIST_WIDTH.usual);
  return { width: Number.isFinite(stored) ? clampListWidth(stored) : LIST_WIDTH.usual };
});

export function setListWidth(width: number): void {
  useListWidth.setState({ width: clampListWidth(width) });
}

export function rememberListWidth(): void {
  writeStored('listWidth', String(useListWidth.getState().width));
}
