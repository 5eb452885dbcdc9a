import { useCallback, useSyncExternalStore } from 'react';

const NARROW = '(max-width: 899.98px)';
const WIDE = '(min-width: 1200px)';

export function useMedia(query: string): boolean {
  const subscribe = useCallback(
    (onChange: () => void) => {
      const list = matchMedia(query);
      list.addEventListener('change', onChange);
      return () => list.removeEventListener('change', onChange);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => matchMedia(query).matches);
}

/** One pane at a time. */
export const useIsNarrow = () => useMedia(NARROW);

/** Room for the details beside the conversation. */
export const useIsWide = () => useMedia(WIDE);

/** Whether a finger, not a pointer, is what is used here: Enter then breaks the line. */
export const useIsTouch = () => useMedia('(pointer: coarse)');

export const isNarrowNow = () => matchMedia(NARROW).matches;
