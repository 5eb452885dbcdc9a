const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** A picture by itself, or one that a variation selector asks for as a picture; digits, # and * are neither. */
const emoji =
  /^(?:\p{RI}{2}|[#*0-9]\uFE0F?\u20E3|\p{Emoji_Presentation}|\p{Emoji}\uFE0F|\p{Extended_Pictographic})/u;
const plain = /^[#*0-9©®™]$/u;

/** More than these are read as text again. */
const MOST = 3;

/** Longer than any three emoji are, or with a letter: most messages need no closer look, which is dear. */
const LONGEST = 120;
/** ℹ counts as a letter, and may be an emoji. */
const letter = /(?!ℹ)\p{L}/u;

/** Whether a message is nothing but one to three emoji, which are then drawn large and without a bubble. */
export function isEmojiOnly(text: string): boolean {
  if (text.length === 0 || text.length > LONGEST || letter.test(text)) return false;
  let count = 0;
  for (const { segment } of graphemes.segment(text)) {
    if (segment.trim() === '') continue;
    if (plain.test(segment) || !emoji.test(segment) || ++count > MOST) return false;
  }
  return count > 0;
}
