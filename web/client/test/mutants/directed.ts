import { expect, vi } from 'vitest';

type Work = () => unknown;
interface Case {
  name: string;
  before: Work[];
  run: Work;
}

/**
 * What a file of tests finds in place of the runner when it is bundled with a broken source: its tests are gathered,
 * to be run one after the other within the one that breaks the rule.
 */
export class DirectedTests {
  private readonly cases: Case[] = [];
  private before: Work[] = [];
  readonly expect = expect;
  readonly vi = vi;

  readonly test = (name: string, run: Work): void => {
    this.cases.push({ name, before: this.before, run });
  };

  readonly beforeEach = (work: Work): void => {
    this.before = [...this.before, work];
  };

  readonly describe = Object.assign(
    (_name: string, body: Work): void => {
      const outer = this.before;
      body();
      this.before = outer;
    },
    {
      each:
        (rows: unknown[][]) =>
        (_name: string, body: (...row: unknown[]) => unknown): void => {
          for (const row of rows) this.describe('', () => body(...row));
        },
    },
  );

  /** The name and the error of the first test that fails. */
  async firstFailed(): Promise<{ name: string; error: unknown } | undefined> {
    for (const { name, before, run } of this.cases) {
      try {
        for (const work of before) await work();
        await run();
      } catch (error) {
        return { name, error };
      }
    }
    return undefined;
  }
}

export const shim = `const { test, describe, expect, beforeEach, vi } = globalThis.directedTests;
export { test, describe, expect, beforeEach, vi };`;
