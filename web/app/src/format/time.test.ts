import { describe, expect, it } from 'vitest';
import { clockTime, dayName, isSameDay, lastActive, listTime, untilNextChange } from './time.ts';

/** A time of the reader's own clock, wherever the test runs. */
const local = (...parts: [number, number, number, number?, number?, number?]) => new Date(...parts);
const at = (...parts: Parameters<typeof local>) => local(...parts).toISOString();

// A Friday.
const now = local(2026, 10, 20, 15, 30, 0);

describe('the time in a row of the list', () => {
  it.each([
    ['now', at(2026, 10, 20, 15, 29, 30)],
    ['15:28', at(2026, 10, 20, 15, 28, 0)],
    ['00:05', at(2026, 10, 20, 0, 5)],
    ['Thu', at(2026, 10, 19, 23, 59)],
    ['Sat', at(2026, 10, 14, 9, 0)],
    ['13 Nov', at(2026, 10, 13, 9, 0)],
    ['3 Jan', at(2026, 0, 3)],
    ['31 Dec 2025', at(2025, 11, 31)],
  ])('is "%s" for %s', (text, time) => {
    expect(listTime(time, now, 'en-GB')).toBe(text);
  });

  it('is "now" for a clock that is ahead of ours', () => {
    expect(listTime(at(2026, 10, 20, 15, 31), now)).toBe('now');
  });

  it('follows the language', () => {
    expect(clockTime(at(2026, 10, 20, 15, 5), 'en-US').replace(/\s/u, ' ')).toBe('3:05 PM');
    expect(listTime(at(2026, 10, 13), now, 'de')).toBe('13. Nov.');
    expect(listTime(at(2026, 10, 13), now, 'zh-CN')).toBe('11月13日');
  });
});

describe('the name of a day', () => {
  it.each([
    ['Today', at(2026, 10, 20, 0, 0)],
    ['Yesterday', at(2026, 10, 19, 0, 0)],
    ['Wednesday', at(2026, 10, 18)],
    ['Friday 13 November', at(2026, 10, 13)],
    ['Monday 1 December 2025', at(2025, 11, 1)],
  ])('is "%s" for %s', (text, time) => {
    expect(dayName(time, now, 'en-GB').replace(',', '')).toBe(text);
  });

  it('changes at midnight, not after 24 hours', () => {
    expect(isSameDay(at(2026, 10, 19, 23, 59), at(2026, 10, 20, 0, 0))).toBe(false);
    expect(isSameDay(at(2026, 10, 20, 0, 0), at(2026, 10, 20, 23, 59))).toBe(true);
  });
});

describe('when somebody was last active', () => {
  it.each([
    ['', undefined],
    ['Active just now', at(2026, 10, 20, 15, 29, 40)],
    ['Active 5 min ago', at(2026, 10, 20, 15, 24, 50)],
    ['Active at 09:10', at(2026, 10, 20, 9, 10)],
    ['Active yesterday at 22:00', at(2026, 10, 19, 22, 0)],
    ['Active 3 Nov', at(2026, 10, 3)],
  ])('is "%s" for %s', (text, time) => {
    expect(lastActive(time, now, 'en-GB')).toBe(text);
  });
});

describe('when the text of a time may change', () => {
  it('is at the next full minute of its age within the hour, then at midnight', () => {
    expect(untilNextChange(at(2026, 10, 20, 15, 29, 20), now)).toBe(20_000);
    expect(untilNextChange(at(2026, 10, 20, 9, 0), now)).toBe(8.5 * 3_600_000);
  });
});
