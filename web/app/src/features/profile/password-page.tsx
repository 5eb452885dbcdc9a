import { useState } from 'react';
import { useMe, useParleyClient } from '../../store.ts';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { showToast } from '../../ui/toasts.ts';
import { useAccountForm } from '../accounts/use-account-form.ts';
import styles from './profile-page.module.css';
import { SettingsPage } from './settings-page.tsx';

/** A new password. */
export function PasswordPage() {
  const parley = useParleyClient();
  const { username } = useMe();
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const { errors, problem, isBusy, submit, clear } = useAccountForm();

  const save = async () => {
    const saved = await submit(() => parley.changePassword({ current, password }), {
      current: current ? undefined : 'Type the password that you have now.',
      password: password.length >= 8 ? undefined : 'Choose a password of at least 8 characters.',
    });
    if (!saved) return;
    setCurrent('');
    setPassword('');
    showToast('Password changed. Your other devices were signed out.');
  };

  return (
    <SettingsPage title="Password">
      <form
        className={styles.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        {/* Tells a password manager whose password this is. */}
        <input hidden name="username" autoComplete="username" value={username} readOnly />
        <TextField
          label="Current password"
          name="current-password"
          type="password"
          autoComplete="current-password"
          value={current}
          error={errors.current ?? problem ?? undefined}
          onChange={(event) => {
            setCurrent(event.target.value);
            clear('current');
          }}
        />
        <TextField
          label="New password"
          name="new-password"
          type="password"
          autoComplete="new-password"
          hint="8 characters or more. Your other devices are signed out."
          value={password}
          error={errors.password}
          onChange={(event) => {
            setPassword(event.target.value);
            clear('password');
          }}
        />
        <Button type="submit" look="accent" isBusy={isBusy}>
          Change password
        </Button>
      </form>
    </SettingsPage>
  );
}
