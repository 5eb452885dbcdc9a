/** A message as one line: line breaks and runs of space become a single space. */
export function oneLine(text: string): string {
  return text.slice(0, 300).replace(/\s+/gu, ' ').trim();
}

/** "1 message", "3 messages". */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString()} ${n === 1 ? one : many}`;
}
