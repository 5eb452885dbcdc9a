import type {
  Bootstrap,
  ChangesFrame,
  Head,
  Me,
  Message,
  MessageChanges,
  MessagePage,
  ResetFrame,
  ThreadChanges,
  ThreadPage,
  User,
} from '../../src/protocol.ts';

interface Row {
  version: number;
  activity: number;
  readSeq: number;
  deliveredSeq: number;
  clearedSeq: number;
  muted: boolean;
  pinned: boolean;
  archived: boolean;
  nickname: string | null;
  isGone: boolean;
  /** The tombstone was dropped: nobody is told of it any more. */
  isCollected: boolean;
}

interface ModelThread {
  members: string[];
  lastSeq: number;
  revision: number;
  purgedRevision: number;
  messages: Map<number, Message>;
  /** What each cid of each sender came to, whatever became of the message: a retry gets the same answer (S12). */
  answers: Map<string, Message>;
}

interface ModelUser {
  me: Me;
  version: number;
  floor: number;
  rows: Map<string, Row>;
}

interface Data {
  users: Map<string, ModelUser>;
  threads: Map<string, ModelThread>;
}

/**
 * The server's rules S1–S8 in memory, in the shapes of the wire: what the SDK is tested against. Every act is one
 * committed transaction, every read one snapshot; nothing here waits or pushes by itself.
 */
export class ModelServer {
  epoch = 'epoch-1';
  /** More changed threads than this are answered with a reset (S6). */
  largeLimit = 200;
  /** No page of messages is longer than this. */
  pageLimit = Number.POSITIVE_INFINITY;
  /** No page of the list, and no frame, tells of more threads than this. */
  listLimit = Number.POSITIVE_INFINITY;
  private epochs = 1;
  private data: Data = { users: new Map(), threads: new Map() };
  private saved: Data | null = null;
  /** Called after each commit with the users whose version moved. */
  readonly watchers = new Set<(users: string[]) => void>();

  get users(): Map<string, ModelUser> {
    return this.data.users;
  }

  get threads(): Map<string, ModelThread> {
    return this.data.threads;
  }

  addUser(id: string): Me {
    const me: Me = { id, username: id, fullName: `Full ${id}`, photo: null, settings: {} };
    this.users.set(id, { me, version: 0, floor: 0, rows: new Map() });
    return me;
  }

  version(user: string): number {
    return this.user(user).version;
  }

  // Acts.

  startThread(a: string, b: string): string {
    const id = [a, b].sort().join('-');
    if (!this.threads.has(id)) {
      this.threads.set(id, {
        members: [a, b],
        lastSeq: 0,
        revision: 0,
        purgedRevision: 0,
        messages: new Map(),
        answers: new Map(),
      });
    }
    const joining = this.thread(id).members.filter(
      (member) => this.user(member).rows.get(id)?.isGone !== false,
    );
    for (const member of joining) {
      const { rows } = this.user(member);
      rows.set(id, { ...(rows.get(id) ?? newRow()), isGone: false, isCollected: false });
    }
    this.stamp(id, joining);
    return id;
  }

  send(user: string, thread: string, cid: string, text: string, replyTo?: number): Message {
    const data = this.thread(thread);
    const answered = data.answers.get(`${user} ${cid}`);
    if (answered) return answered;
    data.lastSeq++;
    data.revision++;
    const message: Message = {
      seq: data.lastSeq,
      cid,
      from: user,
      text,
      at: new Date(1_700_000_000_000 + data.revision).toISOString(),
      revision: data.revision,
      ...(replyTo === undefined ? {} : { replyTo }),
    };
    data.messages.set(message.seq, message);
    data.answers.set(`${user} ${cid}`, message);
    for (const member of data.members) {
      const row = this.row(member, thread);
      row.isGone = false;
      row.isCollected = false;
      if (member === user) row.readSeq = message.seq;
    }
    this.stamp(thread, data.members, true);
    return message;
  }

  edit(thread: string, seq: number, text: string): Message | undefined {
    return this.change(thread, seq, (message) =>
      message.deleted ? message : { ...message, text, editedAt: message.at },
    );
  }

  delete(thread: string, seq: number): Message | undefined {
    return this.change(thread, seq, ({ reactions: _, replyTo: __, ...message }) => ({
      ...message,
      text: '',
      deleted: true as const,
    }));
  }

  react(user: string, thread: string, seq: number, emoji: string, on: boolean): Message | undefined {
    return this.change(thread, seq, (message) => {
      const others = (message.reactions?.[emoji] ?? []).filter((id) => id !== user);
      const { [emoji]: _, ...rest } = message.reactions ?? {};
      const userIds = on ? [...others, user] : others;
      const { reactions: __, ...bare } = message;
      const reactions = userIds.length > 0 ? { ...rest, [emoji]: userIds } : rest;
      return Object.keys(reactions).length > 0 ? { ...bare, reactions } : bare;
    });
  }

  /** Really erases a message (S5). */
  purge(thread: string, seq: number): void {
    const data = this.thread(thread);
    if (!data.messages.delete(seq)) return;
    data.revision++;
    data.purgedRevision = data.revision;
    this.stamp(thread, data.members);
  }

  update(user: string, thread: string, changes: Partial<Row> & { read?: number }): Head {
    const row = this.row(user, thread);
    const { read, ...rest } = changes;
    Object.assign(row, rest);
    if (read !== undefined) row.readSeq = Math.max(row.readSeq, Math.min(read, this.thread(thread).lastSeq));
    this.stamp(thread, read === undefined ? [user] : this.thread(thread).members);
    return this.head(user, thread);
  }

  /** Delivered marks follow from the version that a device told in its ping. */
  delivered(user: string, version: number): void {
    for (const [id, row] of this.user(user).rows) {
      const { lastSeq, members } = this.thread(id);
      if (row.version > version || row.deliveredSeq >= lastSeq || row.isGone) continue;
      row.deliveredSeq = lastSeq;
      this.stamp(
        id,
        members.filter((member) => member !== user),
      );
    }
  }

  deleteForMe(user: string, thread: string): void {
    const row = this.row(user, thread);
    row.isGone = true;
    row.clearedSeq = this.thread(thread).lastSeq;
    this.stamp(thread, [user]);
  }

  /** Drops tombstones for good (S5). */
  collect(user: string): void {
    const data = this.user(user);
    for (const row of data.rows.values()) {
      if (!row.isGone) continue;
      row.isCollected = true;
      data.floor = Math.max(data.floor, row.version);
    }
  }

  backup(): void {
    this.saved = structuredClone(this.data);
  }

  /** Another life of the database begins (S7). */
  restore(): void {
    if (!this.saved) return;
    this.data = structuredClone(this.saved);
    this.epoch = `epoch-${++this.epochs}`;
  }

  // Reads.

  head(user: string, thread: string): Head {
    const row = this.row(user, thread);
    const data = this.thread(thread);
    const peer = data.members.find((member) => member !== user) as string;
    const peerRow = this.row(peer, thread);
    const visible = this.visible(user, thread);
    const { id, username, fullName, photo } = this.user(peer).me;
    return structuredClone({
      id: thread,
      peer: { id, username, fullName, photo } satisfies User,
      version: row.version,
      activity: row.activity,
      revision: data.revision,
      lastSeq: data.lastSeq,
      readSeq: row.readSeq,
      clearedSeq: row.clearedSeq,
      peerReadSeq: peerRow.readSeq,
      peerDeliveredSeq: peerRow.deliveredSeq,
      unread: visible.filter((m) => m.from !== user && m.seq > row.readSeq && !m.deleted).length,
      muted: row.muted,
      pinned: row.pinned,
      archived: row.archived,
      ...(row.nickname === null ? {} : { nickname: row.nickname }),
      last: visible.at(-1) ?? null,
    });
  }

  /** What this user may see, oldest first. */
  visible(user: string, thread: string): Message[] {
    const { clearedSeq } = this.row(user, thread);
    return [...this.thread(thread).messages.values()]
      .filter((message) => message.seq > clearedSeq)
      .sort((a, b) => a.seq - b.seq);
  }

  /** The threads of the list, latest first. */
  list(user: string): string[] {
    return [...this.user(user).rows]
      .filter(([, row]) => !row.isGone)
      .sort(([a, x], [b, y]) => y.activity - x.activity || (a > b ? -1 : 1))
      .map(([id]) => id);
  }

  bootstrap(user: string, limit: number): Bootstrap {
    return { ...this.threadPage(user, limit), version: this.version(user), me: this.user(user).me };
  }

  threadPage(user: string, wanted: number, pageToken?: string): ThreadPage {
    const limit = Math.min(wanted, this.listLimit);
    const [activity, after] =
      pageToken === undefined ? [Number.POSITIVE_INFINITY, ''] : JSON.parse(pageToken);
    const { rows } = this.user(user);
    const rest = this.list(user).filter((id) => {
      const at = rows.get(id)?.activity ?? 0;
      return at < activity || (at === activity && id < after);
    });
    const page = rest.slice(0, limit);
    const last = page.at(-1);
    return {
      epoch: this.epoch,
      threads: page.map((id) => this.head(user, id)),
      ...(rest.length > limit && last !== undefined
        ? { nextPageToken: JSON.stringify([rows.get(last)?.activity, last]) }
        : {}),
    };
  }

  messagePage(
    user: string,
    thread: string,
    query: { limit: number; pageToken?: string; around?: number },
  ): MessagePage {
    const all = this.visible(user, thread);
    const limit = Math.min(query.limit, this.pageLimit);
    let start: number;
    let end = all.length;
    if (query.pageToken !== undefined) {
      const { before, after } = JSON.parse(query.pageToken) as { before?: number; after?: number };
      if (before !== undefined) {
        end = all.filter((message) => message.seq < before).length;
        start = Math.max(0, end - limit);
      } else {
        start = all.filter((message) => message.seq <= (after as number)).length;
        end = Math.min(all.length, start + limit);
      }
    } else if (query.around !== undefined) {
      const { around } = query;
      const middle = all.filter((message) => message.seq < around).length;
      start = Math.max(0, middle - Math.floor(limit / 2));
      end = Math.min(all.length, start + limit);
    } else {
      start = Math.max(0, end - limit);
    }
    const page = all.slice(start, end);
    return structuredClone({
      epoch: this.epoch,
      messages: page.slice().reverse(),
      revision: this.thread(thread).revision,
      ...(start > 0 && page[0] ? { olderPageToken: JSON.stringify({ before: page[0].seq }) } : {}),
      ...(end < all.length ? { newerPageToken: JSON.stringify({ after: page.at(-1)?.seq ?? 0 }) } : {}),
    });
  }

  changes(
    user: string,
    thread: string,
    revision: number,
    limit = Math.min(100, this.pageLimit),
  ): ThreadChanges {
    const data = this.thread(thread);
    if (revision < data.purgedRevision || revision > data.revision) {
      const { messages } = this.messagePage(user, thread, { limit });
      return { epoch: this.epoch, reset: true, revision: data.revision, messages };
    }
    const changed = this.visible(user, thread)
      .filter((message) => message.revision > revision)
      .sort((a, b) => a.revision - b.revision);
    const page = changed.slice(0, limit);
    const more = changed.length > limit;
    const to = more ? (page.at(-1)?.revision ?? revision) : data.revision;
    return structuredClone({ epoch: this.epoch, from: revision, revision: to, messages: page, more });
  }

  /** The difference since a position (S6); `hot` tells from where each thread's messages are wanted. */
  sync(
    user: string,
    at: { epoch: string; version: number },
    hot: Record<string, number> = {},
    limit = Math.min(50, this.listLimit),
  ): ChangesFrame | ResetFrame {
    const { version, floor, rows, me } = this.user(user);
    if (at.epoch !== this.epoch || at.version > version)
      return { type: 'reset', epoch: this.epoch, reason: 'epoch' };
    if (at.version < floor) return { type: 'reset', epoch: this.epoch, reason: 'floor' };
    const changed = [...rows]
      .filter(([, row]) => row.version > at.version && !row.isCollected)
      .sort(([, a], [, b]) => a.version - b.version);
    if (changed.length > this.largeLimit) return { type: 'reset', epoch: this.epoch, reason: 'large' };
    const page = changed.slice(0, limit);
    const more = changed.length > limit;
    const messages: MessageChanges[] = [];
    for (const [thread, row] of page) {
      const from = hot[thread];
      if (row.isGone || from === undefined) continue;
      const changes = this.changes(user, thread, from, Number.POSITIVE_INFINITY);
      if (changes.reset) continue;
      messages.push({ thread, from, revision: changes.revision, items: changes.messages });
    }
    return structuredClone({
      type: 'changes',
      epoch: this.epoch,
      from: at.version,
      to: more ? (page.at(-1)?.[1].version ?? version) : version,
      more,
      threads: page.filter(([, row]) => !row.isGone).map(([id]) => this.head(user, id)),
      gone: page.filter(([, row]) => row.isGone).map(([id, row]) => ({ id, version: row.version })),
      messages,
      me,
    });
  }

  /** Whoever removed the thread from their list may still write into it, which brings it back. */
  maySend(user: string, thread: string): boolean {
    return this.users.get(user)?.rows.has(thread) === true;
  }

  isMember(user: string, thread: string): boolean {
    return this.users.get(user)?.rows.get(thread)?.isGone === false;
  }

  private user(id: string): ModelUser {
    const user = this.users.get(id);
    if (!user) throw new Error(`no user ${id}`);
    return user;
  }

  private thread(id: string): ModelThread {
    const thread = this.threads.get(id);
    if (!thread) throw new Error(`no thread ${id}`);
    return thread;
  }

  private row(user: string, thread: string): Row {
    const row = this.user(user).rows.get(thread);
    if (!row) throw new Error(`no row ${user} ${thread}`);
    return row;
  }

  private change(thread: string, seq: number, next: (message: Message) => Message): Message | undefined {
    const data = this.thread(thread);
    const message = data.messages.get(seq);
    if (!message) return undefined;
    data.revision++;
    const changed = { ...next(message), revision: data.revision };
    data.messages.set(seq, changed);
    this.stamp(thread, data.members);
    return changed;
  }

  private stamp(thread: string, members: string[], isActivity = false): void {
    for (const member of members) {
      const user = this.user(member);
      const row = user.rows.get(thread);
      if (!row) continue;
      user.version++;
      row.version = user.version;
      if (isActivity || row.activity === 0) row.activity = user.version;
    }
    for (const watcher of this.watchers) watcher(members);
  }
}

function newRow(): Row {
  return {
    version: 0,
    activity: 0,
    readSeq: 0,
    deliveredSeq: 0,
    clearedSeq: 0,
    muted: false,
    pinned: false,
    archived: false,
    nickname: null,
    isGone: false,
    isCollected: false,
  };
}
