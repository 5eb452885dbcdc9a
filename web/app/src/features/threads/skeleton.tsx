import styles from './skeleton.module.css';

const rows = [62, 44, 70, 52, 38, 58, 48];

/** Stands for the list the very first time, before this device knows anything. */
export function Skeleton() {
  return (
    <div className={styles.rows} role="status" aria-label="Loading your conversations">
      {rows.map((width) => (
        <div key={width} className={styles.row}>
          <span className={styles.avatar} />
          <span className={styles.lines}>
            <span style={{ inlineSize: `${width}%` }} />
            <span style={{ inlineSize: `${Math.min(92, width + 22)}%` }} />
          </span>
        </div>
      ))}
    </div>
  );
}
