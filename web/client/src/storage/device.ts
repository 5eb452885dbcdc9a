import { openDB } from 'idb';
import { IndexedDbStorage } from './indexedDb.ts';
import { MemoryStorage } from './memory.ts';
import type { Device, Storage } from './storage.ts';

/** This browser: remembers who is signed in, since the session's cookie cannot be read. */
export const browserDevice: Device = {
  async currentUser() {
    const db = await openDevice();
    const userId = await db.get('session', 'user');
    db.close();
    return (userId as string | undefined) ?? null;
  },

  async setCurrentUser(userId) {
    const db = await openDevice();
    if (userId === null) await db.delete('session', 'user');
    else await db.put('session', userId, 'user');
    db.close();
  },

  // A browser that refuses to store (private mode, blocked site data) still talks.
  open: (userId): Promise<Storage> => IndexedDbStorage.open(userId).catch(() => new MemoryStorage()),
};

function openDevice() {
  return openDB('parley-device', 1, {
    upgrade: (db) => void db.createObjectStore('session'),
  });
}
