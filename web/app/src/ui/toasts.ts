import { create } from 'zustand';

export interface Toast {
  id: number;
  text: string;
  action?: { label: string; onSelect: () => void };
}

interface Toasts {
  /** The one on the screen: a new one takes the place of the last. */
  toast: Toast | null;
  /** What the page's live region says. */
  said: string;
}

const SHOWN_MS = 5_000;

export const useToasts = create<Toasts>(() => ({ toast: null, said: '' }));

let last = 0;

/** Says something short at the bottom of the page, with at most one thing to do about it. */
export function showToast(text: string, action?: Toast['action']): void {
  const id = ++last;
  useToasts.setState({ toast: { id, text, ...(action && { action }) } });
  setTimeout(() => {
    if (useToasts.getState().toast?.id === id) useToasts.setState({ toast: null });
  }, SHOWN_MS);
}

export function dismissToast(): void {
  useToasts.setState({ toast: null });
}

/** Says something to a screen reader alone, without interrupting it. */
export function announce(text: string): void {
  const { said } = useToasts.getState();
  // The same words twice are only read again if they differ.
  useToasts.setState({ said: said === text ? `${text}\u00a0` : text });
}
