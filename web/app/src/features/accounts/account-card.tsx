import type { FormEvent, ReactNode } from 'react';
import { Mark } from '../../ui/mark.tsx';
import styles from './account-card.module.css';

interface Props {
  title: string;
  sentence: string;
  /** What is wrong with the whole, where no field is to blame. */
  problem: string | null;
  onSubmit: () => void;
  children: ReactNode;
  /** The way to the other card. */
  other: ReactNode;
}

/** The card that people sign in and sign up on. */
export function AccountCard({ title, sentence, problem, onSubmit, children, other }: Props) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <main className={styles.page}>
      <form className={styles.card} onSubmit={submit} noValidate aria-labelledby="account-title">
        <header className={styles.header}>
          <Mark size={64} />
          <h1 id="account-title" className={styles.title}>
            {title}
          </h1>
          <p className={styles.sentence}>{sentence}</p>
        </header>
        <p className={styles.problem} role="alert">
          {problem}
        </p>
        {children}
        <p className={styles.other}>{other}</p>
      </form>
    </main>
  );
}
