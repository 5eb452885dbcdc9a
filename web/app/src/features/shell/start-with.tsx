import { ParleyError } from '@parley/client';
import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { useParleyClient } from '../../store.ts';
import { Button } from '../../ui/button.tsx';
import styles from './nothing-open.module.css';

/** Where an invite link leads: to the conversation with the person whose link it is. */
export function StartWith({ username }: { username: string }) {
  const parley = useParleyClient();
  const [, go] = useLocation();
  const [problem, setProblem] = useState<string | null>(null);

  useEffect(() => {
    let isGone = false;
    const start = async () => {
      const people = await parley.searchPeople(username);
      const person = people.find((one) => one.username.toLowerCase() === username.toLowerCase());
      if (!person) return setProblem(`Nobody here is called @${username}.`);
      const thread = await parley.startThread(person.id);
      if (!isGone) go(`/t/${thread}`, { replace: true });
    };
    start().catch((error: unknown) => {
      if (!isGone) setProblem(error instanceof ParleyError ? error.message : 'That did not work.');
    });
    return () => {
      isGone = true;
    };
  }, [parley, username, go]);

  if (problem === null) return null;
  return (
    <div className={styles.place}>
      <p role="alert">{problem}</p>
      <Button onClick={() => go('/')}>To your conversations</Button>
    </div>
  );
}
