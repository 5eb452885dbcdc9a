import { useEffect, useState } from 'react';
import { useParley } from '../../store.ts';
import styles from './connection-line.module.css';

/** A hitch shorter than this is nobody's concern. */
const PATIENCE_MS = 2_000;

interface Props {
  /** Whether it may push what is below down; else it lies over that. */
  takesRoom?: boolean;
}

/** The thin line under a header that says the truth about the connection, only when it matters. */
export function ConnectionLine({ takesRoom = false }: Props) {
  const connection = useParley('connection');
  const isFine = !connection || connection.state === 'online';
  const since = connection?.since ?? 0;
  const [shownFor, setShownFor] = useState<number | null>(null);

  useEffect(() => {
    if (isFine) return;
    const wait = Math.max(0, since + PATIENCE_MS - Date.now());
    const timer = setTimeout(() => setShownFor(since), wait);
    return () => clearTimeout(timer);
  }, [isFine, since]);

  const isShown = !isFine && shownFor !== null;
  useEffect(() => {
    if (isFine) setShownFor(null);
  }, [isFine]);

  const waiting = connection?.waiting ?? 0;
  return (
    <div className={takesRoom ? styles.room : styles.place} role="status">
      {isShown && (
        <p className={styles.line}>
          <span className={styles.mark} />
          <span className={styles.words}>
            {connection.state === 'updating'
              ? 'Updating…'
              : 'Waiting for network. Your messages will be sent.'}
          </span>
          {waiting > 0 && connection.state !== 'updating' && (
            <span className={styles.count}>{waiting.toLocaleString()} waiting</span>
          )}
        </p>
      )}
    </div>
  );
}
