const PERSON_COLOURS = 8;

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** The first letter of a word as a person sees it, so that no accent, flag or emoji is cut in two. */
function firstGrapheme(word: string): string {
  for (const { segment } of graphemes.segment(word)) return segment;
  return '';
}

/** One or two letters to stand for a name: of the first and the last word. */
export function initials(name: string): string {
  const words = name
    .split(/[\s.·・]+/u)
    .filter((word) => /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(word));
  const first = words[0];
  const last = words.length > 1 ? words.at(-1) : undefined;
  if (first === undefined) return firstGrapheme(name.trim()) || '?';
  const letters = firstGrapheme(first) + (last ? firstGrapheme(last) : '');
  return letters.toLocaleUpperCase();
}

/** Which of the person colours (`--person-1` … `--person-8`) is theirs: the same everywhere and for good. */
export function personColour(id: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) {
    hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  }
  // The low bits alone are poor for ids that count up.
  return (((hash ^ (hash >>> 15)) >>> 0) % PERSON_COLOURS) + 1;
}
