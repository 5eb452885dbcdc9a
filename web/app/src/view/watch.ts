import { useEffect } from 'react';
import { useParleyClient } from '../store.ts';

const MOST = 200;
const SETTLE_MS = 150;

/** Whose presence each part of the page shows. The SDK takes one list for the whole tab. */
const parts = new Map<string, string[]>();
let timer: ReturnType<typeof setTimeout> | undefined;

/** Keeps the presence of these people live while this part of the page shows them. */
export function useWatch(part: string, userIds: string[]): void {
  const parley = useParleyClient();
  const ids = userIds.join(' ');

  useEffect(() => {
    const tell = () => {
      clearTimeout(timer);
      // A fast scroll passes many rows; only those where it rests are asked for.
      timer = setTimeout(
        () => parley.watch([...new Set([...parts.values()].flat())].slice(0, MOST)),
        SETTLE_MS,
      );
    };
    parts.set(part, ids ? ids.split(' ') : []);
    tell();
    return () => {
      parts.delete(part);
      tell();
    };
  }, [parley, part, ids]);
}
