import type { Settings } from '@parley/client';
import { useIsTouch } from '../../view/media.ts';
import { applyTheme } from '../../view/theme.ts';
import styles from './look-page.module.css';
import { SettingsPage } from './settings-page.tsx';
import { useSettings } from './use-settings.ts';

const themes = [
  { value: 'system', name: 'As the system' },
  { value: 'light', name: 'Light' },
  { value: 'dark', name: 'Dark' },
] as const;

/** Theme, and what Enter does: for all devices of the user. */
export function LookPage() {
  const [settings, change] = useSettings();
  const isTouch = useIsTouch();
  const theme = settings.theme ?? 'system';

  const chooseTheme = async (chosen: NonNullable<Settings['theme']>) => {
    applyTheme(chosen);
    if (!(await change({ theme: chosen }))) applyTheme(theme);
  };

  return (
    <SettingsPage title="Look and keys">
      <fieldset className={styles.group}>
        <legend className={styles.legend}>Colours</legend>
        <div className={styles.themes}>
          {themes.map(({ value, name }) => (
            <label key={value} className={styles.theme}>
              <input
                type="radio"
                name="theme"
                className={styles.radio}
                checked={theme === value}
                onChange={() => chooseTheme(value)}
              />
              <Preview theme={value} />
              {name}
            </label>
          ))}
        </div>
      </fieldset>
      <fieldset className={styles.group}>
        <legend className={styles.legend}>Keys</legend>
        <label className={styles.option}>
          <span className={styles.words}>
            <span>Enter sends</span>
            <span className={styles.says}>
              {isTouch
                ? 'On a touch screen Enter always begins a new line.'
                : 'Shift + Enter begins a new line. When off, Enter does, and Ctrl + Enter sends.'}
            </span>
          </span>
          <input
            type="checkbox"
            role="switch"
            className={styles.switch}
            aria-checked={settings.enterSends ?? true}
            checked={settings.enterSends ?? true}
            onChange={(event) => change({ enterSends: event.target.checked })}
          />
        </label>
      </fieldset>
    </SettingsPage>
  );
}

/** A conversation in small, in the colours of that theme. */
function Preview({ theme }: { theme: (typeof themes)[number]['value'] }) {
  return (
    <span className={styles.preview} aria-hidden="true">
      {theme !== 'dark' && <Half className={styles.light} />}
      {theme !== 'light' && <Half className={styles.dark} />}
    </span>
  );
}

function Half({ className }: { className: string | undefined }) {
  return (
    <span className={className}>
      <span className={styles.theirs} />
      <span className={styles.mine} />
      <span className={styles.theirs} />
    </span>
  );
}
