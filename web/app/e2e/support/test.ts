import { type BrowserContext, test as base, expect, type Page } from '@playwright/test';
import { Api } from './api.ts';
import { Server } from './server.ts';
import { Wire } from './wire.ts';

export { expect };

export const PASSWORD = 'correct horse battery';

/** Someone with a browser of their own. */
export interface Person {
  page: Page;
  context: BrowserContext;
  username: string;
  fullName: string;
}

/** How a browser is set up. */
interface BrowserOptions {
  /** Where Parley is; the tests' own server if not given. */
  url?: string;
  /** The network between this browser and the server; the machine's own if not given. */
  wire?: Wire;
  /** As on the browsers that have no SharedWorker: one of the tabs runs the engine. */
  withoutSharedWorker?: boolean;
}

interface Fixtures {
  /** Opens a browser for somebody new, who is signed in already: the form is tested where it is the subject. */
  join: (fullName: string, options?: BrowserOptions) => Promise<Person>;
  /** Opens a browser that nobody has signed in with. */
  visit: (options?: BrowserOptions) => Promise<Page>;
  /** Opens one more browser for somebody, who signs in through the form. */
  joinAgain: (person: Person, options?: BrowserOptions) => Promise<Person>;
  /** A network of its own for a browser. */
  layWire: () => Promise<Wire>;
  /** An account of a program, to set a scene. */
  program: (fullName: string) => Promise<Api>;
}

let people = 0;

/** One server for all tests of a file; each test fails on any console error or breach of the page's policy. */
export const test = base.extend<Fixtures, { server: Server }>({
  server: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixture's needs from this pattern.
    async ({}, use) => {
      const server = await Server.start();
      await use(server);
      await server.dispose();
    },
    { scope: 'worker' },
  ],

  visit: async ({ browser, server, viewport, hasTouch, isMobile, locale, timezoneId }, use) => {
    const contexts: BrowserContext[] = [];
    const complaints: string[] = [];
    await use(async ({ url, wire, withoutSharedWorker } = {}) => {
      const context = await browser.newContext({
        baseURL: wire?.url ?? url ?? server.url,
        viewport,
        hasTouch,
        isMobile,
        ...(locale ? { locale } : {}),
        ...(timezoneId ? { timezoneId } : {}),
      });
      contexts.push(context);
      context.on('page', (page) => watch(page, complaints));
      if (withoutSharedWorker) {
        await context.addInitScript(() => Reflect.deleteProperty(globalThis, 'SharedWorker'));
      }
      return context.newPage();
    });
    for (const context of contexts) await context.close();
    expect(complaints, 'console errors and policy violations').toEqual([]);
  },

  join: async ({ visit }, use) => {
    await use(async (fullName, options) => {
      const page = await visit(options);
      const username = newUsername(fullName);
      const answer = await page.request.post('/api/accounts', {
        data: { username, fullName, password: PASSWORD },
      });
      expect(answer.ok(), await answer.text()).toBe(true);
      await page.goto('/');
      await expect(searchBox(page)).toBeVisible();
      return { page, context: page.context(), username, fullName };
    });
  },

  joinAgain: async ({ visit }, use) => {
    await use(async (person, options) => {
      const page = await visit(options);
      await signIn(page, person);
      return { ...person, page, context: page.context() };
    });
  },

  layWire: async ({ server }, use) => {
    const wires: Wire[] = [];
    await use(async () => {
      const wire = await Wire.start(server.port);
      wires.push(wire);
      return wire;
    });
    for (const wire of wires) await wire.dispose();
  },

  program: async ({ server }, use) => {
    await use((fullName) => Api.signUp(server.url, `bot${++people}`, fullName, PASSWORD));
  },
});

/** What a browser says while the network is cut on purpose is no fault of the page. */
const EXPECTED =
  /net::ERR_(INTERNET_DISCONNECTED|CONNECTION_REFUSED|CONNECTION_RESET|CONNECTION_CLOSED|SOCKET_NOT_CONNECTED|NETWORK_CHANGED|NETWORK_IO_SUSPENDED|EMPTY_RESPONSE)|WebSocket connection to/;

function watch(page: Page, complaints: string[]): void {
  page.on('console', (message) => {
    // A 401 tells a new browser that nobody is signed in; Chromium writes it to the console by itself.
    if (message.type() === 'error' && !EXPECTED.test(message.text()) && !message.text().includes('401')) {
      complaints.push(message.text());
    }
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
}

const newUsername = (fullName: string) => `${fullName.toLowerCase().replaceAll(/[^a-z]/g, '')}${++people}`;

/** Signs somebody new up through the form. */
export async function signUp(page: Page, fullName: string): Promise<Person> {
  const username = newUsername(fullName);
  await page.goto('/signup');
  await page.getByLabel('Full name').fill(fullName);
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(searchBox(page)).toBeVisible();
  return { page, context: page.context(), username, fullName };
}

/** Signs in through the form. */
export async function signIn(page: Page, { username }: { username: string }): Promise<void> {
  await page.goto('/signin');
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(searchBox(page)).toBeVisible();
}

/** Finds somebody in the search box and opens the thread with them. */
export async function find(person: Person, other: { fullName: string; username: string }): Promise<void> {
  await searchBox(person.page).fill(other.username);
  await person.page.getByRole('option', { name: other.fullName }).click();
  await expect(composer(person.page)).toBeVisible();
}

/** Writes and sends in the open conversation. */
export async function say(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  await composer(page).press('Enter');
}

export const searchBox = (page: Page) => page.getByRole('combobox', { name: 'Search chats and people' });

export const composer = (page: Page) => page.getByRole('textbox', { name: /^Message to / });

/** The messages of the open conversation. */
export const log = (page: Page) => page.locator('[role=log]:visible');

/** A message of the open conversation, by its text. */
export const message = (page: Page, text: string) => log(page).getByRole('article').filter({ hasText: text });

/** The row of a thread in the list. */
export const row = (page: Page, name: string) =>
  page.getByRole('list', { name: 'Conversations' }).getByRole('link').filter({ hasText: name });
