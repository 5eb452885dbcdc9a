import { memo } from 'react';
import { linkify } from './linkify.ts';

/** A message's text, drawn as text: nothing in it is ever markup. */
export const MessageText = memo(function MessageText({ text }: { text: string }) {
  let at = 0;
  return linkify(text).map((part) => {
    const key = at;
    at += part.text.length;
    return part.href === undefined ? (
      part.text
    ) : (
      <a key={key} href={part.href} target="_blank" rel="noopener noreferrer">
        {part.text}
      </a>
    );
  });
});
