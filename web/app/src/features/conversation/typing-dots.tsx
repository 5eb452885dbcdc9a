import styles from './typing-dots.module.css';

/** Three dots that breathe while the other person types. The header says it in words. */
export function TypingDots() {
  return (
    <div className={styles.line} aria-hidden="true">
      <div className={styles.dots}>
        <span />
        <span />
        <span />
      </div>
    </div>
  );
}
