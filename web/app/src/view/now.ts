import { useEffect, useState } from 'react';
import { untilNextChange } from '../format/time.ts';

/** Draws again when a text made from this time (`listTime`, `lastActive`) may have become another; gives the time now. */
export function useNow(at: string | undefined): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    if (at === undefined) return;
    // A moment later than the change, so that the change is seen.
    const timer = setTimeout(() => setNow(new Date()), untilNextChange(at, now) + 50);
    return () => clearTimeout(timer);
  }, [at, now]);
  return now;
}
