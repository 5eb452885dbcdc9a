import { ParleyError, type Session } from '@parley/client';
import { useCallback, useEffect, useState } from 'react';
import { fullTime, lastActive } from '../../format/time.ts';
import { useParleyClient } from '../../store.ts';
import { Button } from '../../ui/button.tsx';
import { Icon } from '../../ui/icon.tsx';
import styles from './devices-page.module.css';
import { report } from './report.ts';
import { SettingsPage } from './settings-page.tsx';

/** Where the user is signed in; each of them can be signed out from here. */
export function DevicesPage() {
  const parley = useParleyClient();
  const [sessions, setSessions] = useState<Session[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  const load = useCallback(async () => {
    try {
      setSessions(await parley.listSessions());
      setProblem(null);
    } catch (error) {
      setProblem(error instanceof ParleyError ? error.message : 'Your devices could not be read.');
    }
  }, [parley]);

  useEffect(() => {
    void load();
  }, [load]);

  const end = async (session: Session) => {
    if (await report(parley.endSession(session.id), 'Signed out there.')) {
      setSessions((all) => all?.filter(({ id }) => id !== session.id) ?? null);
    }
  };

  return (
    <SettingsPage title="Devices">
      {problem && (
        <p role="alert">
          {problem}{' '}
          <Button look="quiet" onClick={load}>
            Try again
          </Button>
        </p>
      )}
      <ul className={styles.devices} aria-label="Devices">
        {sessions?.map((session) => (
          <li key={session.id} className={styles.device}>
            <span className={styles.icon}>
              <Icon name="devices" />
            </span>
            <span className={styles.words}>
              <bdi className={styles.name}>{session.device}</bdi>
              <span className={styles.says}>
                {session.current ? (
                  'This device'
                ) : (
                  <time dateTime={session.lastSeenAt} title={`Signed in ${fullTime(session.createdAt)}`}>
                    {lastActive(session.lastSeenAt)}
                  </time>
                )}
              </span>
            </span>
            {!session.current && (
              <Button aria-label={`Sign out ${session.device}`} onClick={() => end(session)}>
                Sign out
              </Button>
            )}
          </li>
        ))}
      </ul>
    </SettingsPage>
  );
}
