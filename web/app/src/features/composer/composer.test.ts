import { describe, expect, test } from 'vitest';
import { actionOfKey } from './composer-keys.ts';
import { LENGTH_MAX, measureLength, textToSend } from './message-length.ts';

describe('keys', () => {
  const none = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, isComposing: false };
  const usual = { enterSends: true, isTouch: false, isEmpty: false, isReplyingOrEditing: false };
  const press = (key: string, more: Partial<typeof none> = {}, situation: Partial<typeof usual> = {}) =>
    actionOfKey({ key, ...none, ...more }, { ...usual, ...situation });

  test('Enter sends and Shift+Enter breaks the line', () => {
    expect(press('Enter')).toBe('send');
    expect(press('Enter', { shiftKey: true })).toBeUndefined();
  });

  test('Enter never sends while an input method composes', () => {
    expect(press('Enter', { isComposing: true })).toBeUndefined();
  });

  test('Enter breaks the line where the person wants it so, and Ctrl or ⌘ with it sends', () => {
    expect(press('Enter', {}, { enterSends: false })).toBeUndefined();
    expect(press('Enter', { ctrlKey: true }, { enterSends: false })).toBe('send');
    expect(press('Enter', { metaKey: true }, { enterSends: false })).toBe('send');
  });

  test('Enter breaks the line on a touch screen', () => {
    expect(press('Enter', {}, { isTouch: true })).toBeUndefined();
  });

  test('Arrow up edits the last own message only in an empty field', () => {
    expect(press('ArrowUp', {}, { isEmpty: true })).toBe('editLast');
    expect(press('ArrowUp')).toBeUndefined();
    expect(press('ArrowUp', {}, { isEmpty: true, isReplyingOrEditing: true })).toBeUndefined();
    expect(press('ArrowUp', { altKey: true }, { isEmpty: true })).toBeUndefined();
  });

  test('Escape leaves a reply or an edit, and otherwise belongs to the page', () => {
    expect(press('Escape', {}, { isReplyingOrEditing: true })).toBe('leave');
    expect(press('Escape')).toBeUndefined();
  });
});

describe('length', () => {
  test('10,000 characters fit, 10,001 do not', () => {
    expect(measureLength('a'.repeat(LENGTH_MAX)).isTooLong).toBe(false);
    expect(measureLength('a'.repeat(LENGTH_MAX + 1)).isTooLong).toBe(true);
  });

  test('an emoji counts as one character', () => {
    expect(measureLength('😀'.repeat(LENGTH_MAX)).isTooLong).toBe(false);
    expect(measureLength('😀'.repeat(LENGTH_MAX + 1)).isTooLong).toBe(true);
  });

  test('nothing is said of a text that is far from the limit', () => {
    expect(measureLength('a'.repeat(9_000)).words).toBe('');
    expect(measureLength('😀'.repeat(5_000)).words).toBe('');
  });

  test('a text that is too long is told by how much', () => {
    expect(measureLength('a'.repeat(LENGTH_MAX + 12)).words).toContain('Too long by 12 characters');
  });
});

describe('what is sent', () => {
  test('keeps what was typed, indentation too, without the blank space around it', () => {
    expect(textToSend('\n  \n  if (x)\n    y();  \n\n')).toBe('  if (x)\n    y();');
  });

  test('is nothing where only blank space was typed', () => {
    expect(textToSend(' \n\t ')).toBe('');
  });
});
