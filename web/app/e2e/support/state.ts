import type { Message, MessagePage, ThreadPage } from '@parley/client';
import type { Page } from '@playwright/test';
import { log, type Person } from './test.ts';

/** A message in one line, the same for a page that shows it and a server that stores it. */
const describe = (text: string, isEdited: boolean, reactions: string[]) =>
  [text, isEdited ? '(edited)' : '', ...reactions.sort()].filter(Boolean).join(' ');

/** The messages of the open conversation, as drawn; what has not reached the server is marked. */
export async function shownMessages(page: Page): Promise<string[]> {
  const drawn = await log(page)
    .getByRole('article')
    .evaluateAll((articles) =>
      articles.map((article) => {
        const body = article.querySelector('[data-bubble] > div[dir=auto]');
        const edited = body?.querySelector('span[title^=Edited]');
        const whole = body?.textContent ?? '';
        const chips = [...article.querySelectorAll('button[aria-pressed]')];
        return {
          text: edited ? whole.slice(0, -(edited.textContent ?? '').length) : whole,
          isEdited: edited != null,
          reactions: chips.map((chip) => {
            const count = chip.querySelector('span + span')?.textContent ?? '1';
            return `${chip.firstElementChild?.textContent}${count}`;
          }),
          isWaiting: article.querySelector('[data-state=sending], [data-state=queued]') !== null,
        };
      }),
    );
  return drawn.map(
    (one) => describe(one.text, one.isEdited, one.reactions) + (one.isWaiting ? ' (waiting)' : ''),
  );
}

/** The messages of a thread as the server has them for that person, in order. */
export async function storedMessages(url: string, person: Person, thread: string): Promise<string[]> {
  const page: MessagePage = await ask(url, person, `/threads/${thread}/messages?limit=200`);
  return page.messages
    .toSorted((a, b) => a.seq - b.seq)
    .map((message) =>
      message.deleted
        ? 'Message deleted'
        : describe(message.text, message.editedAt !== undefined, reactionsOf(message)),
    );
}

/** What the server counts as unread for that person: per name of the other one, and in all. */
export async function storedUnread(url: string, person: Person): Promise<Record<string, number>> {
  const { threads }: ThreadPage = await ask(url, person, '/threads?limit=200');
  return Object.fromEntries(
    threads.filter((head) => head.unread > 0).map((head) => [head.peer.fullName, head.unread]),
  );
}

/** Asks the server itself, as that person, past whatever is between it and the person's browser. */
export async function ask<T>(url: string, { context }: Person, path: string): Promise<T> {
  const response = await context.request.get(`${url}/api${path}`);
  if (!response.ok()) throw new Error(`GET ${path}: ${response.status()}`);
  return (await response.json()) as T;
}

function reactionsOf({ reactions = {} }: Message): string[] {
  return Object.entries(reactions).map(([emoji, userIds]) => `${emoji}${userIds.length}`);
}

/** The thread that a page shows. */
export function openThreadId(page: Page): string {
  const id = new URL(page.url()).pathname.split('/')[2];
  if (!id) throw new Error(`No thread is open at ${page.url()}`);
  return id;
}

/** Says how long something took. It is a note, not a limit: what a clock says fails no test. */
export function report(what: string, since: number): void {
  console.log(`    ${what}: ${Math.round(performance.now() - since)} ms`);
}
