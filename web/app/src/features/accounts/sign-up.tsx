import { useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import { useParleyClient } from '../../store.ts';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { AccountCard } from './account-card.tsx';
import { useAccountForm } from './use-account-form.ts';

/** The card for somebody new. */
export function SignUp() {
  const parley = useParleyClient();
  const [search] = useSearchParams();
  const [fullName, setFullName] = useState('');
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const { errors, problem, isBusy, submit, clear } = useAccountForm();
  const inviter = /^\/with\/([^/]+)$/u.exec(search.get('next') ?? '')?.[1];

  const signUp = () =>
    submit(() => parley.signUp({ username: username.trim(), fullName: fullName.trim(), password }), {
      fullName: fullName.trim() ? undefined : 'Type the name that people know you by.',
      username: username.trim() ? undefined : 'Choose a username.',
      password: password.length >= 8 ? undefined : 'Choose a password of at least 8 characters.',
    });

  return (
    <AccountCard
      title="Create your account"
      sentence={inviter ? `@${inviter} would like to talk with you.` : 'Talk with the people you know.'}
      problem={problem}
      onSubmit={signUp}
      other={
        <>
          Have an account? <Link href={`/signin${location.search}`}>Sign in</Link>
        </>
      }
    >
      <TextField
        label="Full name"
        name="fullName"
        autoComplete="name"
        autoFocus
        value={fullName}
        error={errors.fullName}
        onChange={(event) => {
          setFullName(event.target.value);
          clear('fullName');
        }}
      />
      <TextField
        label="Username"
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        hint="People find you by it."
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
        autoComplete="new-password"
        minLength={8}
        hint="8 characters or more."
        value={password}
        error={errors.password}
        onChange={(event) => {
          setPassword(event.target.value);
          clear('password');
        }}
      />
      <Button type="submit" look="accent" isBusy={isBusy}>
        Create account
      </Button>
    </AccountCard>
  );
}
