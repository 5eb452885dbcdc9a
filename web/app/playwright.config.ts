import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';

const CHROMIUM = '/usr/bin/chromium';
/** The same engine without what only a screen needs, so that tests end sooner. Speed is measured in the browser that people use. */
const HEADLESS = '/usr/bin/chromium-headless-shell';
const isMeasured = process.env.PARLEY_SPEED === '1';
const suited = !isMeasured && existsSync(HEADLESS) ? HEADLESS : CHROMIUM;

export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.e2e.ts',
  timeout: 60_000,
  expect: { timeout: 10_000 },
  fullyParallel: false,
  // A test waits for two fifths of its time, on two cores too. What is measured has the machine for itself.
  workers: isMeasured ? 1 : 2,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  reporter: [
    ['list'],
    ['json', { outputFile: process.env.PLAYWRIGHT_JSON_OUTPUT_FILE ?? 'test-results/e2e.json' }],
  ],
  use: {
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    viewport: { width: 1280, height: 800 },
    // A picture of every step costs processor time that the tests' clocks would see.
    trace: { mode: 'retain-on-failure', screenshots: false },
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? suited,
      // Root has no sandbox in a container; the rest keeps Chromium from calling home.
      args: [
        '--no-sandbox',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
