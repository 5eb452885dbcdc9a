import assert from 'node:assert/strict';
import { test } from 'vitest';
import { Display } from './display.ts';
import { Poller } from './poller.ts';

const message = (seq: number) => ({ seq, cid: `cid-${seq}` });

test('what stood there from the start was not shown just now', () => {
  const display = new Display('open');
  display.showRow('other', 7);
  display.showMessages([message(1), message(2)]);
  assert.deepEqual(display.shown, {});
  assert.deepEqual(display.openMessages, ['1 cid-1', '2 cid-2']);
});

test('a row shows every message up to its newest, the first time that it does', () => {
  const display = new Display('open');
  display.showRow('other', 7);
  display.showRow('other', 9);
  const { shown } = display;
  assert.deepEqual(Object.keys(shown), ['other:8', 'other:9']);
  const first = shown['other:9'];
  display.showRow('other', 9);
  display.showRow('other', 8);
  assert.equal(shown['other:9'], first);
});

test('the open thread shows its messages where they stand, and not by its row', () => {
  const display = new Display('open');
  display.showMessages([message(1)]);
  display.showRow('open', 3);
  assert.deepEqual(display.shown, {});
  // The list may learn of a message that the thread still lacks: it is not shown before it stands there.
  display.showMessages([message(1), message(2)]);
  assert.deepEqual(Object.keys(display.shown), ['open:2']);
});

test('the poller shows what it gets, and survives a failure', async () => {
  let answers = 0;
  const get = async <T>(path: string): Promise<T> => {
    if (answers++ < 2) throw new Error('not yet');
    return (
      path === '/threads' ? { threads: [{ id: 'open' }] } : { messages: [message(2), message(1)] }
    ) as T;
  };
  await new Promise<void>((resolve) => {
    const poller = new Poller(get, 'open', () => {
      assert.deepEqual(
        poller.messages.map(({ seq }) => seq),
        [1, 2],
      );
      assert.equal(poller.threads[0]?.id, 'open');
      poller.stop();
      resolve();
    });
    poller.start();
  });
  assert.equal(answers, 4);
});
