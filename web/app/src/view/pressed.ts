import { createStore } from 'zustand';

/**
 * The thread whose row the mouse presses. Until it is let go, some 80 ms later, there is time to lay the conversation
 * out behind the open one, so that the click has only to show it.
 */
export const pressed = createStore<{ threadId: string | null }>(() => ({ threadId: null }));
