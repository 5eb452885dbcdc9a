import { openDB } from 'idb';
import { IndexedDbStorage } from './indexedDb.ts';
import { MemoryStorage } from './memory.ts';
import type { Device, Storage } from './storage.ts';

/** This browser: remembers who is signed in, since the session's cookie cannot be read. */
export const browserDevice: Device = {
  currentUser: async () => ((await read('user')) as string | undefined) ?? null,
  setCurrentUser: (userId) => write('user', userId),
  isSignOutPending: async () => (await read('signOutPending')) === true,
  setSignOutPending: (isPending) => write('signOutPending', isPending || null),
  // A browser that refuses to store (private mode, blocked site data) still talks.
  open: (userId): Promise<Storage> => IndexedDbStorage.open(userId).catch(() => new MemoryStorage()),
};

async function read(key: string): Promise<unknown> {
  const db = await openDevice();
  try {
    return await db.get('session', key);
  } finally {
    db.close();
  }
}

async function write(key: string, value: unknown): Promise<void> {
  const db = await openDevice();
  try {
    if (value === null) await db.delete('session', key);
    else await db.put('session', value, key);
  } finally {
    db.close();
  }
}

function openDevice() {
  return openDB('parley-device', 1, {
    upgrade: (db) => void db.createObjectStore('session'),
  });
}
