import { beforeEach, describe, expect, test } from 'vitest';
import { ModelServer } from '../../test/support/modelServer.ts';
import type { ChangesFrame, MessagePage, ThreadChanges } from '../protocol.ts';
import { Replica } from './replica.ts';

const quiet = {
  onHead: () => {},
  onWindow: () => {},
  onMessages: () => {},
  onChanges: () => {},
  onMe: () => {},
  onCleared: () => {},
};

let server: ModelServer;
let replica: Replica;
let thread: string;

beforeEach(() => {
  server = new ModelServer();
  server.addUser('ada');
  server.addUser('bob');
  server.addUser('cyd');
  thread = server.startThread('ada', 'bob');
  replica = new Replica(quiet);
});

const sendMany = (count: number) => {
  for (let index = 0; index < count; index++)
    server.send('bob', thread, `cid-${server.version('ada')}`, `text ${index}`);
};
const bootstrap = () => replica.applyBootstrap(server.bootstrap('ada', 50));
const openNewest = (limit = 100) =>
  replica.applyNewestPage(thread, server.messagePage('ada', thread, { limit }));
const frame = (version = replica.version, hot: Record<string, number> = {}) => {
  const answer = server.sync('ada', { epoch: server.epoch, version }, hot);
  if (answer.type !== 'changes') throw new Error(`unexpected ${answer.type}`);
  return answer;
};
const hot = () => Object.fromEntries([...replica.windows].map(([id, { revision }]) => [id, revision]));
const shown = () => replica.windows.get(thread)?.items.map(({ text }) => text);
const older = (): [number, MessagePage] => {
  const window = replica.windows.get(thread);
  if (!window) throw new Error('no window');
  const token = window.olderPageToken;
  return [
    window.low,
    server.messagePage('ada', thread, { limit: 2, ...(token ? { pageToken: token } : {}) }),
  ];
};

describe('[C1] frames', () => {
  test('[C1] a frame whose changes are all known is dropped', () => {
    bootstrap();
    sendMany(1);
    const first = frame();
    expect(replica.applyFrame(first)).toBe('applied');
    expect(replica.applyFrame(first)).toBe('old');
  });

  test('[C1] a frame that begins after what is known is a gap, and nothing of it is applied', () => {
    bootstrap();
    sendMany(1);
    const { version } = replica;
    const from = server.version('ada');
    sendMany(1);
    const later = frame(from);
    expect(replica.applyFrame(later)).toBe('gap');
    expect(replica.version).toBe(version);
    expect(replica.heads.get(thread)?.lastSeq).toBe(0);
  });

  test('[C1] a frame that overlaps what is known is applied: heads are whole states', () => {
    bootstrap();
    const from = replica.version;
    sendMany(1);
    replica.applyFrame(frame());
    sendMany(1);
    expect(replica.applyFrame(frame(from))).toBe('applied');
    expect(replica.heads.get(thread)).toEqual(server.head('ada', thread));
  });

  test('[C1] a frame of another epoch changes nothing', () => {
    bootstrap();
    sendMany(1);
    const foreign: ChangesFrame = { ...frame(), epoch: 'another' };
    expect(replica.applyFrame(foreign)).toBe('gap');
    expect(replica.heads.get(thread)?.lastSeq).toBe(0);
  });

  test('[C1] an older head never takes the place of a newer one', () => {
    bootstrap();
    const old = server.head('ada', thread);
    sendMany(1);
    replica.applyFrame(frame());
    replica.applyHead(old);
    expect(replica.heads.get(thread)?.lastSeq).toBe(1);
  });
});

describe('[C2] message changes', () => {
  test('[C2] changes that follow the window are applied', () => {
    bootstrap();
    openNewest();
    sendMany(2);
    replica.applyFrame(frame(replica.version, hot()));
    expect(shown()).toEqual(['text 0', 'text 1']);
    expect(replica.isBehind(thread)).toBe(false);
  });

  test('[C2] changes that begin after the window are not, and the thread is behind until it is fetched', () => {
    bootstrap();
    openNewest();
    sendMany(1);
    replica.applyFrame(frame());
    const behindAt = server.threads.get(thread)?.revision ?? 0;
    sendMany(1);
    replica.applyFrame(frame(replica.version, { [thread]: behindAt }));
    expect(shown()).toEqual([]);
    expect(replica.isBehind(thread)).toBe(true);
    replica.applyThreadChanges(thread, server.changes('ada', thread, 0));
    expect(shown()).toEqual(['text 0', 'text 0']);
    expect(replica.isBehind(thread)).toBe(false);
  });

  test('[C2] changes that arrive after a newer page do not bring back what was purged', () => {
    bootstrap();
    sendMany(2);
    const late = server.changes('ada', thread, 0);
    server.purge(thread, 1);
    replica.applyFrame(frame());
    openNewest();
    replica.applyThreadChanges(thread, late);
    expect(replica.windows.get(thread)?.items.map(({ seq }) => seq)).toEqual([2]);
  });

  test('[C2][S5] a reset of one thread replaces its window', () => {
    bootstrap();
    sendMany(3);
    replica.applyFrame(frame());
    openNewest();
    server.purge(thread, 2);
    replica.applyFrame(frame());
    const changes = server.changes('ada', thread, replica.windows.get(thread)?.revision ?? 0);
    expect(changes.reset).toBe(true);
    replica.applyThreadChanges(thread, changes);
    expect(replica.windows.get(thread)?.items.map(({ seq }) => seq)).toEqual([1, 3]);
  });

  test('[C2] a newest page of an older revision than the window is dropped', () => {
    bootstrap();
    sendMany(1);
    const late = server.messagePage('ada', thread, { limit: 100 });
    server.edit(thread, 1, 'edited');
    replica.applyFrame(frame());
    openNewest();
    replica.applyNewestPage(thread, late);
    expect(shown()).toEqual(['edited']);
  });
});

describe('[C3] the run', () => {
  beforeEach(() => {
    sendMany(8);
    bootstrap();
    openNewest(2);
  });

  test('[C3] grows downwards without a hole until its beginning', () => {
    for (let page = 0; page < 5; page++) {
      const window = replica.windows.get(thread);
      if (window?.olderPageToken === undefined) break;
      expect(replica.applyOlderPage(thread, ...older())).toBe(true);
    }
    const window = replica.windows.get(thread);
    expect(window?.items.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(window?.low).toBe(1);
    expect(window?.olderPageToken).toBeUndefined();
  });

  test('[C3] a page that was read before changes which the window has is asked again', () => {
    const [low, late] = older();
    server.edit(thread, 6, 'edited');
    replica.applyFrame(frame(replica.version, hot()));
    expect(replica.applyOlderPage(thread, low, late)).toBe(false);
    expect(replica.windows.get(thread)?.low).toBe(7);
    replica.applyOlderPage(thread, ...older());
    expect(shown()).toEqual(['text 4', 'edited', 'text 6', 'text 7']);
  });

  test('[C3] a page that does not adjoin the window any more is dropped', () => {
    const answer = older();
    replica.applyOlderPage(thread, ...answer);
    const far = older();
    replica.applyOlderPage(thread, ...far);
    replica.applyOlderPage(thread, ...answer);
    expect(replica.windows.get(thread)?.low).toBe(3);
  });

  test('[C3] what lies in storage below is not mistaken for known in memory', () => {
    const window = replica.windows.get(thread);
    if (!window) throw new Error('no window');
    replica.evictWindow(thread);
    replica.adoptWindow(thread, { low: 1, revision: window.revision });
    server.edit(thread, 3, 'edited');
    sendMany(1);
    replica.applyFrame(frame(replica.version, hot()));
    expect(shown()).toEqual([]);
    replica.applyStored(thread, 0, server.visible('ada', thread));
    expect(replica.windows.get(thread)?.items.length).toBe(9);
  });

  test('[C3] messages read elsewhere join the run where they meet it', () => {
    const jump = server.messagePage('ada', thread, { limit: 4, around: 3 });
    const items = jump.messages.slice().reverse();
    replica.applyJoined(thread, 1, items);
    expect(replica.windows.get(thread)?.low).toBe(7);
    const all = server.messagePage('ada', thread, { limit: 7, around: 4 }).messages.slice().reverse();
    replica.applyJoined(thread, 1, all);
    expect(replica.windows.get(thread)).toMatchObject({ low: 1, loadedFrom: 1 });
    expect(shown()?.length).toBe(8);
  });

  test('[S4] "delete for me" takes the messages away even if only the next head is seen', () => {
    server.deleteForMe('ada', thread);
    server.send('bob', thread, 'new', 'afterwards');
    replica.applyFrame(frame(replica.version, hot()));
    expect(shown()).toEqual(['afterwards']);
    expect(replica.windows.get(thread)?.low).toBe(9);
  });

  test('[C4] the answer to an own act shows at once and advances nothing', () => {
    const { version } = replica;
    const edited = server.edit(thread, 8, 'edited');
    if (!edited) throw new Error('no message');
    replica.applyMessage(thread, edited);
    expect(shown()).toEqual(['text 6', 'edited']);
    expect(replica.version).toBe(version);
    const sent = server.send('ada', thread, 'mine', 'mine');
    replica.applyMessage(thread, sent);
    expect(shown()).toEqual(['text 6', 'edited']);
  });
});

describe('[S7] another life of the database', () => {
  const restored = () => {
    server.backup();
    sendMany(1);
    replica.applyFrame(frame(replica.version, hot()));
    const before = server.epoch;
    const latePage = server.messagePage('ada', thread, { limit: 100 });
    const lateChanges = server.changes('ada', thread, 0);
    server.restore();
    server.send('bob', thread, 'other', 'another life');
    expect(server.epoch).not.toBe(before);
    return { latePage, lateChanges };
  };

  test('[S7] drops heads and windows with the bootstrap', () => {
    bootstrap();
    openNewest();
    restored();
    bootstrap();
    expect(replica.windows.size).toBe(0);
    openNewest();
    expect(shown()).toEqual(['another life']);
  });

  test('[S7] pages and changes that were read before it change nothing', () => {
    bootstrap();
    openNewest();
    const late = restored();
    bootstrap();
    replica.applyNewestPage(thread, late.latePage);
    expect(replica.windows.size).toBe(0);
    openNewest();
    const changes: ThreadChanges = { ...late.lateChanges, revision: 99 };
    const { revision } = server.messagePage('ada', thread, { limit: 1 });
    replica.applyThreadChanges(thread, changes);
    expect(shown()).toEqual(['another life']);
    expect(replica.windows.get(thread)?.revision).toBe(revision);
  });
});

test('[S7] a history page that was read in an earlier life changes nothing', () => {
  sendMany(4);
  server.backup();
  server.edit(thread, 4, 'edited');
  bootstrap();
  openNewest(2);
  const [low, late] = older();
  server.restore();
  bootstrap();
  openNewest(2);
  expect(replica.windows.get(thread)?.low).toBe(low);
  replica.applyOlderPage(thread, low, late);
  expect(replica.windows.get(thread)?.low).toBe(low);
});

describe('[S8] the list', () => {
  test('[S8] a thread that changes while the list is loaded is not missed', () => {
    const second = server.startThread('ada', 'cyd');
    replica.applyBootstrap(server.bootstrap('ada', 1));
    expect([...replica.heads.keys()]).toEqual([second]);
    server.send('bob', thread, 'c', 'moved to the top');
    const token = replica.nextPageToken;
    if (token === null) throw new Error('no token');
    replica.applyThreadPage(server.threadPage('ada', 1, token), replica.generation);
    replica.applyFrame(frame());
    expect([...replica.heads.keys()].sort()).toEqual([thread, second].sort());
    expect(replica.isComplete).toBe(true);
  });

  test('[S8] a page that was read before a thread went does not bring it back', () => {
    server.startThread('ada', 'cyd');
    replica.applyBootstrap(server.bootstrap('ada', 1));
    const late = server.threadPage('ada', 50, replica.nextPageToken ?? '');
    expect(late.threads.map(({ id }) => id)).toEqual([thread]);
    server.deleteForMe('ada', thread);
    replica.applyFrame(frame());
    replica.applyThreadPage(late, replica.generation);
    expect(replica.heads.has(thread)).toBe(false);
  });

  test('[S8] a page of an earlier bootstrap is dropped', () => {
    server.startThread('ada', 'cyd');
    replica.applyBootstrap(server.bootstrap('ada', 1));
    const { generation } = replica;
    const late = server.threadPage('ada', 50, replica.nextPageToken ?? '');
    replica.applyBootstrap(server.bootstrap('ada', 1));
    replica.applyThreadPage(late, generation);
    expect(replica.isComplete).toBe(false);
  });

  test('[S8] a list whose loading was cut short is read again', () => {
    server.startThread('ada', 'cyd');
    replica.applyBootstrap(server.bootstrap('ada', 1));
    const { epoch, version, me, isComplete } = replica;
    const again = new Replica(quiet);
    if (epoch === null || me === null) throw new Error('not bootstrapped');
    again.restore({ epoch, version, me, isComplete }, replica.heads.values());
    expect(again.position).toBeNull();
  });
});
