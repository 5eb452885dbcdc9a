import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { chromium } from '@playwright/test';
import config from '../playwright.config.ts';
import { findFreePort } from './support/server.ts';
import { expect, test } from './support/test.ts';

// PARLEY_SPEED=1 npx playwright test e2e/lighthouse.e2e.ts; RUNS sets how often each page is looked at.
test.skip(!process.env.PARLEY_SPEED, 'Takes minutes, and fetches Lighthouse: PARLEY_SPEED=1 runs it');
test.describe.configure({ timeout: 600_000, mode: 'serial' });

/** Fetched when it is run: it brings two hundred packages that nothing else here needs. The last one for Node 20. */
const LIGHTHOUSE = 'lighthouse@12.8.2';
const CATEGORIES = ['performance', 'accessibility'] as const;
/** Lighthouse's two ways to look: a desk's machine and network, and a phone's, both simulated. */
const FORMS = ['desktop', 'mobile'] as const;
const RUNS = Number(process.env.RUNS ?? 3);

interface Report {
  categories: Record<string, { score: number | null; auditRefs: { id: string; weight: number }[] }>;
  audits: Record<string, { title: string; score: number | null }>;
}

let port: number;
let folder: string;
let browser: ChildProcess;

test.beforeAll(async () => {
  port = await findFreePort();
  folder = await mkdtemp(join(tmpdir(), 'parley-lighthouse-'));
  // Playwright speaks to its browsers by a pipe, Lighthouse by a port.
  const { executablePath, args = [] } = config.use?.launchOptions ?? {};
  const own = ['--headless=new', `--remote-debugging-port=${port}`, `--user-data-dir=${folder}`];
  browser = spawn(executablePath as string, [...args, ...own, 'about:blank'], { stdio: 'ignore' });
  await expect
    .poll(
      () =>
        fetch(`http://127.0.0.1:${port}/json/version`).then(
          ({ ok }) => ok,
          () => false,
        ),
      { timeout: 30_000 },
    )
    .toBe(true);
});

test.afterAll(async () => {
  const ended = new Promise((resolve) => browser.once('exit', resolve));
  browser.kill();
  await ended;
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

test('the sign-in page', ({ server }) => look('sign-in page', `${server.url}/signin`));

test('a conversation', async ({ server, program }) => {
  const me = await program('Ada Lovelace');
  const others = await Promise.all(['Bob Builder', 'Cyd Charisse', 'Dan Brown'].map(program));
  const threads = await Promise.all(others.map(({ me: { id } }) => me.startThread(id)));
  for (const [index, other] of others.entries()) {
    const texts = Array.from({ length: 40 }, (_, i) => `message ${i + 1} ${'word '.repeat(i % 17)}`);
    await other.sendMany(threads[index]?.id ?? '', texts);
  }
  const chrome = await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
  await chrome
    .contexts()[0]
    ?.addCookies([{ name: 'parley', value: me.token, url: server.url, httpOnly: true, sameSite: 'Lax' }]);
  await chrome.close();
  await look('conversation', `${server.url}/t/${threads[0]?.id}`);
});

async function look(what: string, url: string): Promise<void> {
  for (const form of FORMS) {
    const reports: Report[] = [];
    while (reports.length < RUNS) reports.push(await report(url, form));
    print(`lighthouse, ${what}, ${form}`, reports);
  }
}

function print(what: string, reports: Report[]): void {
  const runs = reports.map(({ categories }) =>
    Object.fromEntries(CATEGORIES.map((name) => [name, Math.round(100 * (categories[name]?.score ?? 0))])),
  );
  const scores = (name: string) => runs.map((run) => run[name] as number).toSorted((a, b) => a - b);
  const median = Object.fromEntries(CATEGORIES.map((name) => [name, scores(name)[RUNS >> 1]]));
  // What keeps a score from being full, so that it can be mended.
  const short = new Set(
    reports.flatMap(({ categories, audits }) =>
      CATEGORIES.flatMap((name) => categories[name]?.auditRefs ?? [])
        .filter(({ id, weight }) => weight > 0 && (audits[id]?.score ?? 1) < 1)
        .map(({ id }) => `${id} ${audits[id]?.score}`),
    ),
  );
  console.log(JSON.stringify({ bench: what, median, runs, short: [...short] }));
  const readable = CATEGORIES.map(
    (name) => `${name} ${median[name]} (${scores(name)[0]}–${scores(name).at(-1)})`,
  );
  console.log(`    ${what}: ${readable.join(', ')}; short of full: ${[...short].join(', ') || 'nothing'}`);
}

async function report(url: string, form: (typeof FORMS)[number]): Promise<Report> {
  const flags = ['--output=json', '--quiet', '--no-enable-error-reporting', `--port=${port}`];
  if (form === 'desktop') flags.push('--preset=desktop');
  const { stdout } = await promisify(execFile)(
    'npm',
    [
      'exec',
      '--yes',
      `--package=${LIGHTHOUSE}`,
      '--',
      'lighthouse',
      url,
      ...flags,
      `--only-categories=${CATEGORIES}`,
    ],
    { maxBuffer: 1e8 },
  );
  return JSON.parse(stdout) as Report;
}
