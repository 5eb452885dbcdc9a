import { useCallback } from 'react';
import { useLocation } from 'wouter';
import { navigate } from 'wouter/use-browser-location';

/** Marks what was pushed from inside the app, so that going back from there stays inside. */
interface PushedState {
  hasParent?: true;
}

/** Opens a page one level deeper, from where `useGoBack` returns here by the browser's own history. */
export function goDeeper(path: string): void {
  navigate(path, { state: { hasParent: true } satisfies PushedState });
}

/** One step back: by the browser's history where we came from inside, else to `parent`. */
export function useGoBack(parent: string): () => void {
  const [, go] = useLocation();
  return useCallback(() => {
    if ((history.state as PushedState | null)?.hasParent) history.back();
    else go(parent, { replace: true });
  }, [go, parent]);
}
