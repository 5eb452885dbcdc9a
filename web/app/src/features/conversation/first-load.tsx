import styles from './first-load.module.css';

const lines = [
  { width: 46, isMine: false },
  { width: 30, isMine: false },
  { width: 38, isMine: true },
  { width: 55, isMine: false },
  { width: 26, isMine: true },
  { width: 48, isMine: true },
];

/** The shape of a conversation, while a device has never seen it and its messages are on their way. */
export function FirstLoad() {
  return (
    <div className={styles.lines} role="status" aria-label="Loading messages">
      {lines.map(({ width, isMine }) => (
        <div
          key={width}
          className={styles.line}
          style={{ inlineSize: `${width}%`, alignSelf: isMine ? 'end' : 'start' }}
        />
      ))}
    </div>
  );
}
