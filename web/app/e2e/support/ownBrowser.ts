import { type Browser, type BrowserServer, chromium } from '@playwright/test';
import config from '../../playwright.config.ts';

/** A browser of its own for one test, whose processes the test may kill or put to sleep. */
export class OwnBrowser {
  readonly browser: Browser;
  private readonly server: BrowserServer;

  private constructor(server: BrowserServer, browser: Browser) {
    this.server = server;
    this.browser = browser;
  }

  static async launch(): Promise<OwnBrowser> {
    const server = await chromium.launchServer({ ...config.use?.launchOptions });
    return new OwnBrowser(server, await chromium.connect(server.wsEndpoint()));
  }

  /** Every process of the browser at once: it is the leader of a group. */
  signal(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    const { pid } = this.server.process();
    if (pid === undefined) throw new Error('The browser has no process');
    process.kill(-pid, signal);
  }

  async dispose(): Promise<void> {
    await this.server.kill();
  }
}
