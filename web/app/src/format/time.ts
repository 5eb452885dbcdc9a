/** Times as people say them, in their own language. All take `now`, so that a test can say what it is. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

type Options = Intl.DateTimeFormatOptions;

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making a format is slow, using one is not: one is kept per language and shape. */
function format(locale: string | undefined, options: Options, date: Date): string {
  const key = `${locale ?? ''}${JSON.stringify(options)}`;
  let known = formats.get(key);
  if (!known) {
    known = new Intl.DateTimeFormat(locale, options);
    formats.set(key, known);
  }
  return known.format(date);
}

/** Whole calendar days from `date` to `now`; 0 is today, whatever the hour. */
function daysAgo(date: Date, now: Date): number {
  const midnight = (day: Date) => new Date(day.getFullYear(), day.getMonth(), day.getDate()).getTime();
  return Math.round((midnight(now) - midnight(date)) / DAY);
}

/** "12:41" */
export function clockTime(at: string, locale?: string): string {
  return format(locale, { timeStyle: 'short' }, new Date(at));
}

/** For a thread's row: "now", "12:41", "Tue", "3 Nov", "3 Nov 2024". */
export function listTime(at: string, now = new Date(), locale?: string): string {
  const date = new Date(at);
  const age = now.getTime() - date.getTime();
  if (age < MINUTE) return 'now';
  const days = daysAgo(date, now);
  if (days < 1) return clockTime(at, locale);
  if (days < 7) return format(locale, { weekday: 'short' }, date);
  if (date.getFullYear() === now.getFullYear()) {
    return format(locale, { day: 'numeric', month: 'short' }, date);
  }
  return format(locale, { day: 'numeric', month: 'short', year: 'numeric' }, date);
}

/** Above the first message of a day: "Today", "Yesterday", "Tuesday", "Tuesday, 3 November", and the year if another. */
export function dayName(at: string, now = new Date(), locale?: string): string {
  const date = new Date(at);
  const days = daysAgo(date, now);
  if (days <= 0) return 'Today';
  if (days === 1) return 'Yesterday';
  if (days < 7) return format(locale, { weekday: 'long' }, date);
  if (date.getFullYear() === now.getFullYear()) {
    return format(locale, { weekday: 'long', day: 'numeric', month: 'long' }, date);
  }
  return format(locale, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }, date);
}

/** Whether two messages belong under the same day's name. */
export function isSameDay(a: string, b: string): boolean {
  return daysAgo(new Date(a), new Date(b)) === 0;
}

/** A time in full, for tooltips and screen readers. */
export function fullTime(at: string, locale?: string): string {
  return format(locale, { dateStyle: 'full', timeStyle: 'short' }, new Date(at));
}

/** "Active 5 min ago"; the empty string where nothing is known. */
export function lastActive(at: string | undefined, now = new Date(), locale?: string): string {
  if (at === undefined) return '';
  const date = new Date(at);
  const age = now.getTime() - date.getTime();
  if (age < MINUTE) return 'Active just now';
  if (age < HOUR) return `Active ${Math.floor(age / MINUTE)} min ago`;
  const days = daysAgo(date, now);
  if (days < 1) return `Active at ${clockTime(at, locale)}`;
  if (days === 1) return `Active yesterday at ${clockTime(at, locale)}`;
  return `Active ${listTime(at, now, locale)}`;
}

/** When the text of `listTime` or `lastActive` may next be another, in ms from now. */
export function untilNextChange(at: string, now = new Date()): number {
  const age = now.getTime() - new Date(at).getTime();
  if (age < HOUR) return MINUTE - (((age % MINUTE) + MINUTE) % MINUTE);
  const tomorrow = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1);
  return tomorrow.getTime() - now.getTime();
}
