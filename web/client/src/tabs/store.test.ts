import { afterEach, expect, test, vi } from 'vitest';
import { KeyedStore } from './store.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('tells once per frame, whatever was set meanwhile, and only who subscribed to the key', () => {
  vi.useFakeTimers();
  const store = new KeyedStore();
  const [unread, threads] = [vi.fn(), vi.fn()];
  store.subscribe('unread', unread);
  const end = store.subscribe('threads', threads);
  for (let count = 0; count < 9; count++) store.set('unread', { messages: count, threads: 1 });
  expect(store.get('unread')?.messages).toBe(8);
  expect(unread).not.toHaveBeenCalled();
  vi.runAllTimers();
  expect(unread).toHaveBeenCalledTimes(1);
  expect(threads).not.toHaveBeenCalled();
  end();
  store.set('threads', { ids: [], archivedIds: [], isComplete: true });
  vi.runAllTimers();
  expect(threads).not.toHaveBeenCalled();
});

test('the same value is no change', () => {
  vi.useFakeTimers();
  const store = new KeyedStore();
  const value = { messages: 1, threads: 1 };
  store.set('unread', value);
  vi.runAllTimers();
  const onChange = vi.fn();
  store.subscribe('unread', onChange);
  store.set('unread', value);
  vi.runAllTimers();
  expect(onChange).not.toHaveBeenCalled();
});

test('a hidden page, which gets no frames, is told all the same', () => {
  vi.useFakeTimers();
  vi.stubGlobal('requestAnimationFrame', () => 0);
  const store = new KeyedStore();
  const onChange = vi.fn();
  store.subscribe('unread', onChange);
  store.set('unread', { messages: 1, threads: 1 });
  vi.advanceTimersByTime(100);
  expect(onChange).toHaveBeenCalledTimes(1);
});
