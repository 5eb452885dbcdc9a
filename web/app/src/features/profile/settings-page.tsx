import type { ReactNode } from 'react';
import { IconButton } from '../../ui/icon-button.tsx';
import { useGoBack } from '../../view/go-back.ts';
import { useIsNarrow } from '../../view/media.ts';
import styles from './settings-page.module.css';

/** One plain page of settings. */
export function SettingsPage({ title, children }: { title: string; children: ReactNode }) {
  const isNarrow = useIsNarrow();
  const goBack = useGoBack('/settings');
  return (
    <section className={styles.page} aria-labelledby="settings-title">
      <header className={styles.header}>
        {isNarrow && <IconButton icon="back" label="Back to settings" onClick={goBack} />}
        <h2 id="settings-title" className={styles.title}>
          {title}
        </h2>
      </header>
      <div className={styles.content}>{children}</div>
    </section>
  );
}
