import styles from './mark.module.css';

/** Parley's mark: two speech bubbles that overlap into one shape. */
export function Mark({ size = 48 }: { size?: number }) {
  const bubble =
    'M14 5h8a10 10 0 0 1 10 10v2a10 10 0 0 1-10 10h-8.5c-1.5 2.2-3.9 3.9-7.3 4.4-.7.1-1.1-.7-.6-1.2 1.3-1.5 1.8-3.4 1.7-5.2A10 10 0 0 1 4 17v-2A10 10 0 0 1 14 5Z';
  return (
    <svg width={size} height={size} viewBox="0 0 48 48" aria-hidden="true">
      <g className={styles.bubbles}>
        <path d={bubble} />
        <path d={bubble} transform="matrix(-1 0 0 1 48 12)" />
      </g>
      <path className={styles.shared} d="M26 17h6a10 10 0 0 1-10 10h-6a10 10 0 0 1 10-10Z" />
    </svg>
  );
}
