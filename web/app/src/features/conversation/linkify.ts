import { LinkifyIt } from 'linkify-it';

export type TextPart = { text: string; href?: string };

/** Only what is written out as an address, a web host or a mail address; no schema but these three leads anywhere. */
const links = new LinkifyIt({ fuzzyLink: true, fuzzyEmail: true }).add('ftp:', null).add('//', null);

const allowed = /^(?:https?:|mailto:)/i;

/** A message's text cut into plain pieces and links, in order; together they are the text. */
export function linkify(text: string): TextPart[] {
  const matches = links.match(text);
  if (!matches) return [{ text }];
  const parts: TextPart[] = [];
  let end = 0;
  for (const { index, lastIndex, url, schema } of matches) {
    // A web host without a schema is reached the safe way.
    const href = schema === '' ? url.replace(/^http:/, 'https:') : url;
    if (!allowed.test(href)) continue;
    if (index > end) parts.push({ text: text.slice(end, index) });
    parts.push({ text: text.slice(index, lastIndex), href });
    end = lastIndex;
  }
  if (end < text.length) parts.push({ text: text.slice(end) });
  return parts;
}
