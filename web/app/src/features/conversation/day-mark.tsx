import { dayName } from '../../format/time.ts';
import styles from './day-mark.module.css';

/** The name of a day, above its first message. */
export function DayMark({ at }: { at: string }) {
  return (
    <div className={styles.day}>
      <time dateTime={at}>{dayName(at)}</time>
    </div>
  );
}

/** Above what the person has not read yet. */
export function UnreadMark() {
  return (
    <div className={styles.unread}>
      <span>Unread messages</span>
    </div>
  );
}
