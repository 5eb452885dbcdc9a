const isApple = /Mac|iPhone|iPad/u.test(navigator.userAgent);

/** How this machine writes the keys of a shortcut. */
export const modifier = isApple ? '⌘' : 'Ctrl';
export const alternate = isApple ? '⌥' : 'Alt';
export const searchKeys = isApple ? '⌘K' : 'Ctrl K';

/** Whether a key press is on its way into a text. */
export function isTyping(event: KeyboardEvent): boolean {
  const at = event.target;
  return at instanceof HTMLElement && (at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/u.test(at.tagName));
}

/** Whether a key press is on its way into a text that is not empty: leaving it by accident would be a nuisance. */
export function hasText(event: KeyboardEvent): boolean {
  const at = event.target;
  return (at instanceof HTMLInputElement || at instanceof HTMLTextAreaElement) && at.value !== '';
}
