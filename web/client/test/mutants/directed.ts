import { expect, vi } from 'vitest';

type Work = () => unknown;
interface Case {
  name: string;
  before: Work[];
  run: Work;
}

/** Adds `each`, which declares once for each row of its table: a list of arguments, or the only one. */
function withRows(declare: (name: string, body: Work) => void) {
  return Object.assign(declare, {
    each:
      (rows: unknown[]) =>
      (name: string, body: (...row: unknown[]) => unknown): void => {
        for (const row of rows) declare(name, () => body(...[row].flat()));
      },
  });
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

  readonly test = withRows((name: string, run: Work): void => {
    this.cases.push({ name, before: this.before, run });
  });

  readonly beforeEach = (work: Work): void => {
    this.before = [...this.before, work];
  };

  readonly describe = withRows((_name: string, body: Work): void => {
    const outer = this.before;
    body();
    this.before = outer;
  });

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
