import { count } from '../../format/text.ts';
import { Icon } from '../../ui/icon.tsx';
import styles from './end-button.module.css';

/** Leads back to the newest message, and says how many came meanwhile. */
export function EndButton({ newCount, onClick }: { newCount: number; onClick: () => void }) {
  const label =
    newCount > 0 ? `${count(newCount, 'new message')}, go to the newest` : 'Go to the newest message';
  return (
    <button type="button" className={styles.button} aria-label={label} title={label} onClick={onClick}>
      <Icon name="arrowDown" size={20} />
      {newCount > 0 && <span className={styles.count}>{newCount > 99 ? '99+' : newCount}</span>}
    </button>
  );
}
