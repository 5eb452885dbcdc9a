import type { Settings } from '@parley/client';
import { useState } from 'react';
import { useMe, useParleyClient } from '../../store.ts';
import { report } from './report.ts';

/** The user's settings and a way to change them: shown at once, and as they were again if it could not be saved. */
export function useSettings(): [Settings, (changes: Settings) => Promise<boolean>] {
  const parley = useParleyClient();
  const { settings } = useMe();
  const [pending, setPending] = useState<Settings>({});

  const change = async (changes: Settings) => {
    setPending((others) => ({ ...others, ...changes }));
    const saved = await report(parley.updateProfile({ settings: { ...settings, ...pending, ...changes } }));
    setPending((others) =>
      Object.fromEntries(Object.entries(others).filter(([key, value]) => changes[key] !== value)),
    );
    return saved;
  };

  return [{ ...settings, ...pending }, change];
}
