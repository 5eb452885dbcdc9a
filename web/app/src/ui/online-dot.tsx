import styles from './online-dot.module.css';

/** The green dot on an avatar, ringed in the surface it stands on (`--dot-ring`). */
export function OnlineDot() {
  return <span className={styles.dot} />;
}
