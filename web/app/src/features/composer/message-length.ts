/** The server's limit, in characters as people's computers count them (Unicode code points). */
export const LENGTH_MAX = 10_000;

/** From here on the number is shown. */
const NEAR = 500;

export interface Length {
  isTooLong: boolean;
  /** What there is to say about it; empty for most messages. */
  words: string;
}

/** Whether a text fits into a message. */
export function measureLength(text: string): Length {
  // A code point takes one or two units, so most texts need no counting.
  if (text.length <= LENGTH_MAX - NEAR) return { isTooLong: false, words: '' };
  let length = 0;
  for (const _ of text) length++;
  const over = length - LENGTH_MAX;
  const counter = `${length.toLocaleString()} / ${LENGTH_MAX.toLocaleString()}`;
  if (over > 0) {
    const much = over === 1 ? '1 character' : `${over.toLocaleString()} characters`;
    return { isTooLong: true, words: `${counter}. Too long by ${much}: shorten it, or send it in parts.` };
  }
  return { isTooLong: false, words: length > LENGTH_MAX - NEAR ? counter : '' };
}

/** What is sent of what was typed: without blank lines before and blank space after it. Empty if nothing is left. */
export function textToSend(typed: string): string {
  return typed
    .replaceAll('\0', '')
    .replace(/^(?:[^\S\n]*\n)+/, '')
    .trimEnd();
}
