import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { useMe } from '../../store.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { classes } from '../../ui/classes.ts';
import { Icon, type IconName } from '../../ui/icon.tsx';
import { IconButton } from '../../ui/icon-button.tsx';
import { useGoBack } from '../../view/go-back.ts';
import { useIsNarrow } from '../../view/media.ts';
import styles from './settings-nav.module.css';
import { SignOutDialog } from './sign-out-dialog.tsx';

const pages: { path: string; icon: IconName; name: string; says: string }[] = [
  { path: '/settings/profile', icon: 'person', name: 'Profile', says: 'Photo and name' },
  { path: '/settings/look', icon: 'look', name: 'Look and keys', says: 'Light or dark, what Enter does' },
  { path: '/settings/password', icon: 'lock', name: 'Password', says: 'Choose a new one' },
  { path: '/settings/devices', icon: 'devices', name: 'Devices', says: 'Where you are signed in' },
];

/** The list of settings pages, in the place of the thread list. */
export function SettingsNav() {
  const me = useMe();
  const [path, go] = useLocation();
  const isNarrow = useIsNarrow();
  const goBack = useGoBack('/');
  const [isLeaving, setLeaving] = useState(false);
  const current = path === '/settings' && !isNarrow ? '/settings/profile' : path;

  return (
    <nav className={styles.nav} aria-label="Settings">
      <header className={styles.header}>
        <IconButton icon="back" label="Back to chats" onClick={isNarrow ? goBack : () => go('/')} />
        <h1 className={styles.title}>Settings</h1>
      </header>
      <div className={styles.me}>
        <Avatar person={me} size={64} />
        <div className={styles.names}>
          <bdi className={classes('at-start', styles.name)}>{me.fullName}</bdi>
          <bdi className={classes('at-start', styles.username)}>@{me.username}</bdi>
        </div>
      </div>
      <ul className={styles.pages}>
        {pages.map((page) => (
          <li key={page.path}>
            <Link
              href={page.path}
              replace={!isNarrow && path !== '/settings'}
              state={{ hasParent: isNarrow || undefined }}
              className={classes(styles.page, page.path === current && styles.current)}
              aria-current={page.path === current ? 'page' : undefined}
            >
              <span className={styles.icon}>
                <Icon name={page.icon} />
              </span>
              <span className={styles.words}>
                <span className={styles.pageName}>{page.name}</span>
                <span className={styles.says}>{page.says}</span>
              </span>
            </Link>
          </li>
        ))}
        <li>
          <button
            type="button"
            className={classes(styles.page, styles.leave)}
            onClick={() => setLeaving(true)}
          >
            <span className={styles.icon}>
              <Icon name="signOut" />
            </span>
            <span className={styles.pageName}>Sign out</span>
          </button>
        </li>
      </ul>
      {isLeaving && <SignOutDialog onClose={() => setLeaving(false)} />}
    </nav>
  );
}
