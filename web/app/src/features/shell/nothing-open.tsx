import { Mark } from '../../ui/mark.tsx';
import { searchKeys } from './keys.ts';
import styles from './nothing-open.module.css';

/** Stands where the conversation will be. */
export function NothingOpen() {
  return (
    <div className={styles.place}>
      <Mark size={64} />
      <p>
        Choose a conversation, or press <kbd>{searchKeys}</kbd> to find anyone.
      </p>
    </div>
  );
}
