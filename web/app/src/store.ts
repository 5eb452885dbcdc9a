import type { Parley, StoreKey, StoreValues } from '@parley/client';
import { createContext, useCallback, useContext, useSyncExternalStore } from 'react';

const ParleyContext = createContext<Parley | null>(null);

/** Gives the SDK to everything below it. */
export const ParleyProvider = ParleyContext.Provider;

/** The SDK, to act with. What is drawn comes from `useParley`. */
export function useParleyClient(): Parley {
  const parley = useContext(ParleyContext);
  if (!parley) throw new Error('There is no ParleyProvider above this component.');
  return parley;
}

/** The value of one key of the store; draws again when, and only when, it changes. */
export function useParley<K extends StoreKey>(key: K): StoreValues[K] | undefined {
  const { store } = useParleyClient();
  const subscribe = useCallback((onChange: () => void) => store.subscribe(key, onChange), [store, key]);
  return useSyncExternalStore(subscribe, () => store.get(key));
}

/** The signed-in user. For components that are drawn only while there is one. */
export function useMe() {
  const session = useParley('session');
  if (session?.state !== 'signedIn') throw new Error('Nobody is signed in.');
  return session.me;
}
