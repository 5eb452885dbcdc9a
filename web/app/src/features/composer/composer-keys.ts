interface Pressed {
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  /** An input method is composing: the key belongs to it. */
  isComposing: boolean;
}

interface Situation {
  /** The person's setting. */
  enterSends: boolean;
  /** A phone's keyboard has no Shift+Enter. */
  isTouch: boolean;
  isEmpty: boolean;
  isReplyingOrEditing: boolean;
}

export type ComposerKeyAction = 'send' | 'editLast' | 'leave';

/** What a key does in the composer; undefined leaves it to the text field. */
export function actionOfKey(pressed: Pressed, situation: Situation): ComposerKeyAction | undefined {
  const { key, shiftKey, ctrlKey, metaKey, altKey, isComposing } = pressed;
  if (isComposing) return undefined;
  const { enterSends, isTouch, isEmpty, isReplyingOrEditing } = situation;
  if (key === 'Enter') {
    if (shiftKey || altKey) return undefined;
    if (ctrlKey || metaKey) return 'send';
    return enterSends && !isTouch ? 'send' : undefined;
  }
  if (key === 'Escape' && isReplyingOrEditing) return 'leave';
  const isPlain = !shiftKey && !ctrlKey && !metaKey && !altKey;
  if (key === 'ArrowUp' && isPlain && isEmpty && !isReplyingOrEditing) return 'editLast';
  return undefined;
}
