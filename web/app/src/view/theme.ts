import type { Settings } from '@parley/client';
import { useEffect } from 'react';
import { useParley } from '../store.ts';
import { readStored, writeStored } from './stored.ts';

type Theme = NonNullable<Settings['theme']>;

/** Shows the page in this theme, now and at the next first paint. public/theme.js does the showing. */
export function applyTheme(theme: Theme): void {
  const stored = theme === 'system' ? null : theme;
  if (readStored('theme') === stored) return;
  writeStored('theme', stored);
  // Browsers tell only the other tabs.
  dispatchEvent(new StorageEvent('storage', { key: 'parley.theme' }));
}

/** The signed-in user's choice holds on each of their devices. */
export function useChosenTheme(): void {
  const session = useParley('session');
  const theme = session?.state === 'signedIn' ? (session.me.settings.theme ?? 'system') : null;
  useEffect(() => {
    if (theme) applyTheme(theme);
  }, [theme]);
}
