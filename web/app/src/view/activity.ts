import { useEffect } from 'react';
import { useParleyClient } from '../store.ts';

const IDLE_MS = 5 * 60_000;

/** Tells the SDK whether a person is looking at this tab: it is in front, and something was done here lately. */
export function useActivity(): void {
  const parley = useParleyClient();

  useEffect(() => {
    let idle: ReturnType<typeof setTimeout> | undefined;
    let told: boolean | undefined;
    const tell = (isActive: boolean) => {
      if (told === isActive) return;
      told = isActive;
      parley.setActive(isActive);
    };
    const onAct = () => {
      clearTimeout(idle);
      const isVisible = document.visibilityState === 'visible';
      tell(isVisible);
      if (isVisible) idle = setTimeout(() => tell(false), IDLE_MS);
    };
    onAct();
    const acts = ['pointermove', 'pointerdown', 'keydown', 'wheel', 'focus'] as const;
    for (const act of acts) addEventListener(act, onAct, { passive: true, capture: true });
    document.addEventListener('visibilitychange', onAct);
    return () => {
      clearTimeout(idle);
      for (const act of acts) removeEventListener(act, onAct, { capture: true });
      document.removeEventListener('visibilitychange', onAct);
    };
  }, [parley]);
}
