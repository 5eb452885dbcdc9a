import type { Head, Message, MessagePage, ThreadPage } from '@parley/client';

const EVERY_MS = 1_000;

/** The naive client: asks each second for the list and for the open thread's newest page, and shows what it gets. */
export class Poller {
  threads: Head[] = [];
  messages: Message[] = [];
  private timer: ReturnType<typeof setInterval> | undefined;
  private isAsking = false;
  private readonly get: <T>(path: string) => Promise<T>;
  private readonly openThread: string;
  private readonly onShown: () => void;

  constructor(get: <T>(path: string) => Promise<T>, openThread: string, onShown: () => void) {
    this.get = get;
    this.openThread = openThread;
    this.onShown = onShown;
  }

  start(): void {
    this.timer = setInterval(() => this.poll(), EVERY_MS);
    void this.poll();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async poll(): Promise<void> {
    if (this.isAsking) return;
    this.isAsking = true;
    try {
      const [list, page] = await Promise.all([
        this.get<ThreadPage>('/threads'),
        this.get<MessagePage>(`/threads/${encodeURIComponent(this.openThread)}/messages`),
      ]);
      this.threads = list.threads;
      this.messages = page.messages.reverse();
      this.onShown();
    } catch {
      // What is shown stays; the next second brings another try.
    } finally {
      this.isAsking = false;
    }
  }
}
