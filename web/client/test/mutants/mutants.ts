/** One rule broken in one way: the source with `find`, which occurs once in the file, replaced. */
export interface Mutant {
  /** The rules of 3-sync that break, the first one in the test's name. */
  rule: string;
  what: string;
  /** From the folder of this package. */
  file: string;
  find: string;
  replace: string;
  /** No schedule shows it, so this file of tests must fail instead. */
  directed?: string;
}

const replica = 'src/replica/replica.ts';
const threadWindow = 'src/replica/threadWindow.ts';
const account = 'src/engine/account.ts';
const connection = 'src/connection/connection.ts';
const outbox = 'src/outbox/outbox.ts';
const sender = 'src/outbox/sender.ts';
const settle = 'src/outbox/settle.ts';
const storage = 'src/storage/storage.ts';
const memory = 'src/storage/memory.ts';
const indexedDb = 'src/storage/indexedDb.ts';
const writeBehind = 'src/storage/writeBehind.ts';
const server = 'test/support/modelServer.ts';
const network = 'test/support/fakeNetwork.ts';

export const mutants: Mutant[] = [
  // Frames.
  {
    rule: 'C1',
    what: 'a frame of another epoch is applied',
    file: replica,
    find: "if (frame.epoch !== this.epoch) return 'gap';",
    replace: '',
    directed: 'src/replica/replica.test.ts',
  },
  {
    rule: 'C1',
    what: 'a frame that begins after what is known is applied',
    file: replica,
    find: "if (frame.from > this.version) return 'gap';",
    replace: '',
    directed: 'src/replica/replica.test.ts',
  },
  {
    rule: 'C1',
    what: 'a frame whose changes are all known is applied, and the version goes back',
    file: replica,
    find: "if (frame.to <= this.version) return 'old';",
    replace: '',
    directed: 'src/replica/replica.test.ts',
  },
  {
    rule: 'C1',
    what: 'a gap is not asked for',
    file: account,
    find: "if (result === 'gap') {\n      this.connection.resume();",
    replace: "if (result === 'gap') {",
    directed: 'src/connection/connection.test.ts',
  },
  {
    rule: 'C1',
    what: 'every frame that shows a gap is answered with a hello',
    file: connection,
    find: 'if (this.socket?.readyState === 1 && this.helloTimer === undefined) this.hello();',
    replace: 'if (this.socket?.readyState === 1) this.hello();',
    directed: 'src/connection/connection.test.ts',
  },
  {
    rule: 'C1',
    what: 'an older head takes the place of a newer one',
    file: replica,
    find: 'if (held && held.version >= head.version) return;',
    replace: '',
    directed: 'src/replica/replica.test.ts',
  },
  {
    rule: 'C1',
    what: 'an older state of a message takes the place of a newer one',
    file: threadWindow,
    find: 'if (held.revision >= message.revision) continue;',
    replace: '',
    directed: 'src/storage/storage.test.ts',
  },
  // Windows.
  {
    rule: 'C2',
    what: 'message changes are applied though their from is beyond the window',
    file: replica,
    find: 'if (from > window.revision) return;',
    replace: '',
  },
  {
    rule: 'C2',
    what: 'message changes that are older than the window are applied',
    file: replica,
    find: 'if (!window || revision <= window.revision) return;',
    replace: 'if (!window) return;',
    directed: 'src/replica/replica.test.ts',
  },
  {
    rule: 'C2',
    what: 'a thread that is behind is not fetched',
    file: replica,
    find: 'return window !== undefined && head !== undefined && window.revision < head.revision;',
    replace: 'return false;',
  },
  {
    rule: 'C2',
    what: 'a thread’s reset leaves its window as it is',
    file: replica,
    find: 'if (changes.revision > window.revision)\n',
    replace: 'if (changes.revision < 0)\n',
  },
  {
    rule: 'C3',
    what: 'a newest page that is older than the window replaces it',
    file: replica,
    find: 'if (window && page.revision <= window.revision) return;',
    replace: '',
    directed: 'src/replica/replica.test.ts',
  },
  {
    rule: 'C3',
    what: 'a history page of an older revision than the window is kept',
    file: replica,
    find: 'if (page.revision < window.revision) return false;',
    replace: '',
    directed: 'src/replica/replica.test.ts',
  },
  {
    rule: 'C3',
    what: 'a history page that does not adjoin the window is kept',
    file: replica,
    find: 'if (page.epoch !== this.epoch || window?.low !== low) return true;',
    replace: 'if (page.epoch !== this.epoch || !window) return true;',
    directed: 'src/replica/replica.test.ts',
  },
  {
    rule: 'C3',
    what: 'changes of messages that lie in storage make holes in memory',
    file: replica,
    find: 'const loaded = inRun.filter((message) => message.seq >= window.loadedFrom);',
    replace: 'const loaded = inRun;',
  },
  {
    rule: 'C3',
    what: 'a jump far back is joined to the run over a hole',
    file: replica,
    find: 'if (!window || newest + 1 < window.loadedFrom) return;',
    replace: 'if (!window) return;',
    directed: 'src/replica/replica.test.ts',
  },
  {
    rule: 'C3',
    what: 'a replaced window leaves its messages in storage',
    file: memory,
    find: 'this.windows.delete(thread);\n      this.messages.delete(thread);',
    replace: 'this.windows.delete(thread);',
    directed: 'src/storage/storage.test.ts',
  },
  // Acknowledgements.
  {
    rule: 'C4',
    what: 'an ack advances the version',
    file: account,
    find: 'this.sender.onAck(frame.cid, frame.seq);',
    replace: 'this.sender.onAck(frame.cid, frame.seq);\n        this.replica.version++;',
  },
  {
    rule: 'C4',
    what: 'the bubble goes with the ack, before the message comes',
    file: sender,
    find: 'if (held) this.outbox.replace({ ...held, seq });',
    replace: 'if (held) this.outbox.remove(id);',
    directed: 'src/outbox/outbox.test.ts',
  },
  {
    rule: 'C4',
    what: 'the bubble stays when the message comes',
    file: account,
    find: 'for (const message of messages) if (message.from === myId) this.outbox.remove(message.cid);',
    replace: 'void myId;',
  },
  {
    rule: 'C4',
    what: 'an acknowledged bubble goes when the head is known, before the window has the message',
    file: settle,
    find: 'return findSeq(window.items, entry.seq) !== undefined || window.revision >= head.revision;',
    replace: 'return true;',
    directed: 'src/outbox/outbox.test.ts',
  },
  // The outbox.
  {
    rule: 'C5',
    what: 'a message is sent before it is on disk',
    file: sender,
    find: 'await this.outbox.whenStored(entry.id);',
    replace: '',
  },
  {
    rule: 'C5',
    what: 'a message is not written to disk',
    file: outbox,
    find: 'return this.store(ordered);',
    replace: 'return Promise.resolve();',
  },
  {
    rule: 'C5',
    what: 'what was done last is sent first',
    file: sender,
    find: "const entry = this.outbox.of(thread).find((e) => isWaiting(e) && (e.act.kind === 'read') === isRead);",
    replace:
      "const entry = this.outbox.of(thread).findLast((e) => isWaiting(e) && (e.act.kind === 'read') === isRead);",
  },
  {
    rule: 'C5',
    what: 'a message that fails for now lets those after it pass',
    file: sender,
    find: 'if (error.isTemporary) return error.retryAfterMs ?? backoff;',
    replace: '',
  },
  {
    rule: 'C5',
    what: 'the outbox is read back in the order of its ids',
    file: outbox,
    find: 'return (a.order ?? 0) - (b.order ?? 0) || (a.id < b.id ? -1 : 1);',
    replace: 'return a.id < b.id ? -1 : 1;',
  },
  {
    rule: 'C5',
    what: 'a message that had no answer is sent again with a new cid',
    file: sender,
    find: '{ cid: id, ...content };',
    replace: "{ cid: id + '-again', ...content };",
  },
  {
    rule: 'C5',
    what: 'a message that had no answer is taken as sent',
    file: sender,
    find: 'if (error.isTemporary) return error.retryAfterMs ?? backoff;',
    replace: 'if (error.isTemporary) {\n      this.outbox.remove(entry.id);\n      return backoff;\n    }',
  },
  {
    rule: 'C5',
    what: 'what waits is not read back after a crash',
    file: account,
    find: 'this.outbox.restore(entries);',
    replace: 'void entries;',
  },
  // Storage.
  {
    rule: 'C6',
    what: 'a step is written without asking whether it follows what is stored (memory)',
    file: memory,
    find: 'if (!follows(batch, this.state)) return false;',
    replace: '',
  },
  {
    rule: 'C6',
    what: 'a step is written without asking whether it follows what is stored (IndexedDB)',
    file: indexedDb,
    find: 'if (!follows(batch, held)) {',
    replace: 'if (held === null) {',
    directed: 'src/storage/storage.test.ts',
  },
  {
    rule: 'C6',
    what: 'the epoch of what is stored is not compared',
    file: storage,
    find: 'held?.epoch === expected?.epoch && ',
    replace: '',
    directed: 'src/storage/storage.test.ts',
  },
  {
    rule: 'C6',
    what: 'two steps of the same version may follow the same one',
    file: storage,
    find: ' && held?.step === expected?.step',
    replace: '',
    directed: 'src/storage/storage.test.ts',
  },
  {
    rule: 'C6',
    what: 'the version is written before the heads it stands for',
    file: writeBehind,
    find: 'const { expected, isCleared, heads, dropped, windows, messages } = this;\n    this.forget();',
    replace:
      'const { expected, isCleared, heads, dropped, windows, messages } = this;\n    this.forget();\n    if (heads.size > 1) heads.delete([...heads.keys()][0] as string);',
  },
  {
    rule: 'C6',
    what: 'the version is stored without the messages',
    file: memory,
    find: 'for (const [thread, messages] of batch.messages) {',
    replace: 'for (const [thread, messages] of [] as [string, Message[]][]) {',
  },
  // Sign-out.
  {
    rule: 'C7',
    what: 'signing out leaves the database',
    file: account,
    find: 'await this.options.storage.destroy();',
    replace: 'this.options.storage.close();',
    directed: 'src/engine/session.test.ts',
  },
  // Unread counts.
  {
    rule: 'C8',
    what: 'each change counts one more unread message',
    file: replica,
    find: 'for (const head of frame.threads) this.applyHead(head);',
    replace:
      'for (const head of frame.threads) this.applyHead({ ...head, unread: (this.heads.get(head.id)?.unread ?? 0) + 1 });',
  },
  {
    rule: 'C8',
    what: 'a read mark counts what is left',
    file: 'src/views/threadView.ts',
    find: 'if (readSeq >= head.lastSeq) unread = 0;',
    replace: 'unread = head.lastSeq - readSeq;',
    directed: 'src/outbox/outbox.test.ts',
  },
  // What is gone.
  {
    rule: 'S4',
    what: 'the client passes over what is gone',
    file: replica,
    find: 'for (const { id, version } of frame.gone) this.applyGone(id, version);',
    replace: '',
  },
  {
    rule: 'S4',
    what: 'a page of the list that was read before brings back what is gone',
    file: replica,
    find: 'if (!this.isComplete) this.departed.set(id, version);',
    replace: '',
    directed: 'src/replica/replica.test.ts',
  },
  {
    rule: 'S4',
    what: 'messages that were removed come back with the thread',
    file: replica,
    find: 'if (window && window.low <= head.clearedSeq) this.setWindow(head.id, trimWindow(window, head.clearedSeq));',
    replace: 'void window;',
  },
  {
    rule: 'S4',
    what: 'the server forgets the row of a removed thread',
    file: server,
    find: '.filter(([, row]) => row.version > at.version && !row.isCollected)',
    replace: '.filter(([, row]) => row.version > at.version && !row.isGone)',
  },
  {
    rule: 'S5',
    what: 'an erasure does not raise purgedRevision',
    file: server,
    find: 'data.purgedRevision = data.revision;',
    replace: '',
    directed: 'src/replica/replica.test.ts',
  },
  {
    rule: 'S5',
    what: 'dropped tombstones do not raise the floor',
    file: server,
    find: 'data.floor = Math.max(data.floor, row.version);',
    replace: '',
  },
  {
    rule: 'S5',
    what: 'the client passes over a reset of its list',
    file: account,
    find: "case 'reset':\n        void this.bootstrap();",
    replace: "case 'reset':",
  },
  // Pages.
  {
    rule: 'S6',
    what: 'a page of changes ends at the current version',
    file: server,
    find: 'to: more ? (page.at(-1)?.[1].version ?? version) : version,',
    replace: 'to: version,',
  },
  {
    rule: 'S6',
    what: 'a page of a thread’s changes ends at the current revision',
    file: server,
    find: 'const to = more ? (page.at(-1)?.revision ?? revision) : data.revision;',
    replace: 'const to = data.revision;',
  },
  // Lives of the database.
  {
    rule: 'S7',
    what: 'a restored database keeps its epoch',
    file: server,
    find: 'this.epoch = `',
    replace: 'void `',
  },
  {
    rule: 'S7',
    what: 'heads and windows outlive the epoch',
    file: replica,
    find: 'if (bootstrap.epoch !== this.epoch && this.epoch !== null) this.clear();',
    replace: '',
  },
  {
    rule: 'S7',
    what: 'stored heads and windows outlive the epoch',
    file: account,
    find: 'this.writeBehind.clear();\n    this.index.clear();',
    replace: 'this.index.clear();',
  },
  {
    rule: 'S7',
    what: 'the outbox does not outlive the epoch',
    file: account,
    find: 'if (seq !== undefined) this.outbox.replace(entry);',
    replace: 'this.outbox.remove(entry.id);',
  },
  {
    rule: 'S7',
    what: 'what an earlier life acknowledged is not sent again',
    file: account,
    find: 'if (seq !== undefined) this.outbox.replace(entry);',
    replace: 'void [seq, entry];',
  },
  {
    rule: 'S7',
    what: 'the epoch of thread changes is not checked',
    file: replica,
    find: 'if (changes.epoch !== this.epoch || !window) return false;',
    replace: 'if (!window) return false;',
    directed: 'src/replica/replica.test.ts',
  },
  {
    rule: 'S7',
    what: 'the epoch of the newest page is not checked',
    file: replica,
    find: 'if (page.epoch !== this.epoch || !this.heads.has(thread)) return;',
    replace: 'if (!this.heads.has(thread)) return;',
    directed: 'src/replica/replica.test.ts',
  },
  {
    rule: 'S7',
    what: 'the epoch of a history page is not checked',
    file: replica,
    find: 'if (page.epoch !== this.epoch || window?.low !== low) return true;',
    replace: 'if (window?.low !== low) return true;',
    directed: 'src/replica/replica.test.ts',
  },
  // Snapshots.
  {
    rule: 'S8',
    what: 'a bootstrap’s version is newer than its rows',
    file: server,
    find: 'version: this.version(user), me: this.user(user).me };',
    replace: 'version: this.version(user) + 1, me: this.user(user).me };',
  },
  {
    rule: 'S8',
    what: 'what was gone before a bootstrap stays after it',
    file: replica,
    find: 'for (const id of this.unconfirmed) this.removeThread(id);',
    replace: '',
  },
  {
    rule: 'S8',
    what: 'a list that was read in part is taken as whole after a crash',
    file: replica,
    find: 'this.isPositioned = state.isComplete;',
    replace: 'this.isPositioned = true;',
    directed: 'src/replica/replica.test.ts',
  },
  {
    rule: 'S8',
    what: 'a page of an earlier bootstrap is taken',
    file: replica,
    find: 'if (page.epoch !== this.epoch || generation !== this.generation) return;',
    replace: 'if (page.epoch !== this.epoch) return;',
    directed: 'src/replica/replica.test.ts',
  },
  // The socket.
  {
    rule: 'S9',
    what: 'the difference since hello is not sent',
    file: network,
    find: "now: '2026-01-01T00:00:00.000Z',\n        });\n        this.pump();",
    replace: "now: '2026-01-01T00:00:00.000Z',\n        });",
  },
  {
    rule: 'S9',
    what: 'a socket goes live from the current version instead of from that of hello',
    file: network,
    find: "this.position = { epoch: frame.epoch ?? '', version: frame.version ?? 0 };",
    replace: "this.position = { epoch: frame.epoch ?? '', version: server.version(user) };",
  },
  {
    rule: 'S10',
    what: 'a device that missed a push is not told the difference when it asks',
    file: connection,
    find: 'if (isMissing()) this.resume();',
    replace: '',
  },
  {
    rule: 'S12',
    what: 'the server writes a retried cid again',
    file: server,
    find: 'if (answered) return answered;',
    replace: '',
  },
  {
    rule: 'S12',
    what: 'the server acknowledges what it did not write',
    file: network,
    find: 'const { seq } = server.send(user, frame.thread, frame.cid, frame.text, frame.replyTo);',
    replace:
      'const seq = server.threads.get(frame.thread)?.lastSeq ?? 0;\n          if (frame.cid.charCodeAt(frame.cid.length - 1) % 2 === 0) server.send(user, frame.thread, frame.cid, frame.text);',
  },
  {
    rule: 'S14',
    what: 'pong carries the version that the device told',
    file: network,
    find: "this.push({ type: 'pong', version: server.version(user) });",
    replace: "this.push({ type: 'pong', version: frame.version });",
  },
  {
    rule: 'S14',
    what: 'the client passes over the version of a pong',
    file: connection,
    find: 'this.checkLost(frame.version);',
    replace: '',
  },
];

/** The source with the rule broken. The table is stale where the place is not there exactly once. */
export function mutate(mutant: Mutant, source: string): string {
  const count = source.split(mutant.find).length - 1;
  if (count !== 1) {
    throw new Error(
      `The mutant [${mutant.rule}] ${mutant.what} is stale: ${mutant.file} has its place ${count} times`,
    );
  }
  return source.replace(mutant.find, () => mutant.replace);
}
