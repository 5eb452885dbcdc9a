import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ThreadView } from '../parley.ts';
import { ThreadIndex } from './threadIndex.ts';

type State = Pick<ThreadView, 'id' | 'activity' | 'pinned' | 'archived' | 'muted' | 'unread'> & {
  waiting: string;
};

const state = fc.record({
  id: fc.nat(30).map((n) => `t${n}`),
  activity: fc.nat(20),
  pinned: fc.boolean(),
  archived: fc.boolean(),
  muted: fc.boolean(),
  unread: fc.nat(3),
  waiting: fc.constantFrom('', '', 'a', 'b'),
  isGone: fc.boolean(),
});

function naive(states: State[]) {
  const order = (a: State, b: State) =>
    Number(b.pinned) - Number(a.pinned) ||
    (a.waiting < b.waiting ? 1 : a.waiting > b.waiting ? -1 : 0) ||
    b.activity - a.activity ||
    (a.id < b.id ? 1 : -1);
  const counted = states.filter(({ archived, muted, unread }) => !archived && !muted && unread > 0);
  return {
    ids: states
      .filter(({ archived }) => !archived)
      .sort(order)
      .map(({ id }) => id),
    archivedIds: states
      .filter(({ archived }) => archived)
      .sort(order)
      .map(({ id }) => id),
    messages: counted.reduce((sum, { unread }) => sum + unread, 0),
    threads: counted.length,
  };
}

test('[C8] the list is in order and the total right, change by change or many at once', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(state, { maxLength: 300 }), { maxLength: 4 }),
      fc.boolean(),
      (rounds, isBulk) => {
        const index = new ThreadIndex();
        const held = new Map<string, State>();
        for (const round of rounds) {
          const last = new Map(round.map((s) => [s.id, s]));
          for (const s of last.values()) {
            if (s.isGone) held.delete(s.id);
            else held.set(s.id, s);
          }
          const changes = [...last.values()].map((s): [string, ThreadView | undefined, string] => [
            s.id,
            s.isGone ? undefined : (s as never),
            s.waiting,
          ]);
          if (isBulk) index.updateAll(changes);
          else for (const [id, view, waiting] of changes) index.update(id, view, waiting);
        }
        const { ids, archivedIds, ...total } = naive([...held.values()]);
        expect(index.threadList(true)).toEqual({ ids, archivedIds, isComplete: true });
        expect(index.unreadTotal()).toEqual(total);
      },
    ),
    { numRuns: 300 },
  );
});

test('what did not change is the same object', () => {
  const index = new ThreadIndex();
  const view = {
    id: 'a',
    activity: 1,
    pinned: false,
    archived: false,
    muted: false,
    unread: 1,
  } as ThreadView;
  index.update('a', view, '');
  const [list, total] = [index.threadList(true), index.unreadTotal()];
  index.update('a', { ...view, name: 'another' }, '');
  expect(index.threadList(true)).toBe(list);
  expect(index.unreadTotal()).toBe(total);
});
