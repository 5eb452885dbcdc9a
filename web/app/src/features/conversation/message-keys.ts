import type { MessageView } from '@parley/client';
import { isOnServer } from './message-words.ts';

interface Pressed {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

export type MessageKeyAction =
  | 'previous'
  | 'next'
  | 'first'
  | 'last'
  | 'leave'
  | 'menu'
  | 'reply'
  | 'edit'
  | 'remove'
  | 'discard'
  | 'copy';

/** What a key does while a message has the focus. */
export function actionOfKey(pressed: Pressed, message: MessageView): MessageKeyAction | undefined {
  const { key, ctrlKey, metaKey, altKey, shiftKey } = pressed;
  if (shiftKey && key === 'F10') return 'menu';
  if ((ctrlKey || metaKey) && key.toLowerCase() === 'c') {
    // What was selected by hand is copied by the browser.
    return message.deleted || !(globalThis.getSelection?.()?.isCollapsed ?? true) ? undefined : 'copy';
  }
  if (ctrlKey || metaKey || altKey) return undefined;
  switch (key) {
    case 'ArrowUp':
      return 'previous';
    case 'ArrowDown':
      return 'next';
    case 'Home':
      return 'first';
    case 'End':
      return 'last';
    case 'Escape':
      return 'leave';
  }
  if (message.deleted) return undefined;
  switch (key) {
    case 'Enter':
    case ' ':
    case 'ContextMenu':
      return 'menu';
    case 'r':
    case 'R':
      return isOnServer(message) ? 'reply' : undefined;
    case 'e':
    case 'E':
      return isOnServer(message) && message.isMine ? 'edit' : undefined;
    case 'Delete':
    case 'Backspace':
      if (!message.isMine) return undefined;
      return isOnServer(message) ? 'remove' : 'discard';
  }
  return undefined;
}
