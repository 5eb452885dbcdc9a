import type { MessageView } from '@parley/client';
import { describe, expect, test } from 'vitest';
import { isEmojiOnly } from './emoji-only.ts';
import { linkify } from './linkify.ts';
import { messageLabel } from './message-words.ts';

describe('emoji alone', () => {
  test.each(['😀', '❤️', '👍🏽', '👩‍👩‍👧', '🇩🇪', '1️⃣', '😀 😀', '🎉🎉🎉'])('%s is drawn large', (text) => {
    expect(isEmojiOnly(text)).toBe(true);
  });

  test.each(['', ' ', 'ok', '1', '12', '#', '©', '😀!', 'hi 😀', '😀😀😀😀', '你好'])(
    '"%s" is text',
    (text) => {
      expect(isEmojiOnly(text)).toBe(false);
    },
  );
});

describe('links', () => {
  const hrefs = (text: string) => linkify(text).flatMap(({ href }) => href ?? []);

  test('lead to web and mail addresses', () => {
    expect(hrefs('see https://example.org/a_(b)?q=1#x, or http://example.org.')).toEqual([
      'https://example.org/a_(b)?q=1#x',
      'http://example.org',
    ]);
    expect(hrefs('write to anna@example.org or mailto:ben@example.org')).toEqual([
      'mailto:anna@example.org',
      'mailto:ben@example.org',
    ]);
  });

  test('reach a host that was written without a schema by https', () => {
    expect(hrefs('www.example.org')).toEqual(['https://www.example.org']);
  });

  test.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'ftp://example.org',
    'file:///etc/passwd',
    'vbscript:x',
    '//example.org/x',
  ])('never lead to %s', (text) => {
    expect(hrefs(text).filter((href) => !/^https:|^http:|^mailto:/.test(href))).toEqual([]);
    expect(hrefs(text).some((href) => href === text)).toBe(false);
  });

  test('and the text around them add up to the text', () => {
    const text = '<b>看</b> https://例子.测试/路径 和 www.example.org\n  end ';
    expect(
      linkify(text)
        .map((part) => part.text)
        .join(''),
    ).toBe(text);
  });
});

test('a screen reader is told who, what, when, and how far it came', () => {
  const message: MessageView = {
    seq: 1,
    cid: 'c',
    key: 'me:c',
    from: 'me',
    isMine: true,
    state: 'seen',
    text: 'Hello',
    at: new Date(2026, 10, 3, 12, 41).toISOString(),
    editedAt: new Date(2026, 10, 3, 12, 42).toISOString(),
    reactions: { '👍': ['anna'] },
    revision: 1,
  };
  expect(messageLabel(message, 'Anna', true, 'en-GB')).toBe(
    'You, Hello, 12:41, edited, reactions: 👍 1, Seen',
  );
  expect(messageLabel({ ...message, deleted: true, text: '' }, 'Anna', false, 'en-GB')).toContain(
    'Message deleted',
  );
});
