import { useState } from 'react';
import { Link } from 'wouter';
import { useParleyClient } from '../../store.ts';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { AccountCard } from './account-card.tsx';
import { useAccountForm } from './use-account-form.ts';

/** The card for somebody who has an account. */
export function SignIn({ isEnded }: { isEnded: boolean }) {
  const parley = useParleyClient();
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const { errors, problem, isBusy, submit, clear } = useAccountForm();

  const signIn = () =>
    submit(() => parley.signIn({ username: username.trim(), password }), {
      username: username.trim() ? undefined : 'Type your username.',
      password: password ? undefined : 'Type your password.',
    });

  return (
    <AccountCard
      title="Welcome back"
      sentence={
        isEnded ? 'You were signed out on this device. Sign in to go on.' : 'Sign in to your conversations.'
      }
      problem={problem}
      onSubmit={signIn}
      other={
        <>
          New here? <Link href={`/signup${location.search}`}>Create an account</Link>
        </>
      }
    >
      <TextField
        label="Username"
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        autoFocus
        value={username}
        error={errors.username}
        onChange={(event) => {
          setUsername(event.target.value);
          clear('username');
        }}
      />
      <TextField
        label="Password"
        name="password"
        type="password"
        autoComplete="current-password"
        value={password}
        error={errors.password}
        onChange={(event) => {
          setPassword(event.target.value);
          clear('password');
        }}
      />
      <Button type="submit" look="accent" isBusy={isBusy}>
        Sign in
      </Button>
    </AccountCard>
  );
}
