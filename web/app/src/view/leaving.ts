import { useEffect } from 'react';

/** Does what must not be lost: when the page is hidden or closed, and when the component goes. */
export function useBeforeLeaving(act: () => void): void {
  useEffect(() => {
    const onHide = () => document.visibilityState === 'hidden' && act();
    addEventListener('pagehide', act);
    document.addEventListener('visibilitychange', onHide);
    return () => {
      act();
      removeEventListener('pagehide', act);
      document.removeEventListener('visibilitychange', onHide);
    };
  }, [act]);
}
