import type { ThreadView } from '@parley/client';
import { type MouseEvent, memo } from 'react';
import { Link } from 'wouter';
import { count, oneLine } from '../../format/text.ts';
import { listTime } from '../../format/time.ts';
import { useParley } from '../../store.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { classes } from '../../ui/classes.ts';
import { Icon } from '../../ui/icon.tsx';
import { useLongPress } from '../../view/long-press.ts';
import { useNow } from '../../view/now.ts';
import { pressed } from '../../view/pressed.ts';
import { StateMark } from './state-mark.tsx';
import styles from './thread-row.module.css';

interface Props {
  threadId: string;
  isOpen: boolean;
  /** One row of the list can be reached by Tab, the others by arrow keys from there. */
  isTabStop: boolean;
  onMenu: (threadId: string, at: { x: number; y: number }) => void;
  onFocus: (threadId: string) => void;
}

/** One thread in the list. */
export const ThreadRow = memo(function ThreadRow({ threadId, isOpen, isTabStop, onMenu, onFocus }: Props) {
  const thread = useParley(`thread:${threadId}`);
  const presence = useParley(`presence:${thread?.peer.id ?? ''}`);
  const now = useNow(thread?.preview?.at);
  const kept = useParley(`draft:${threadId}`);
  const longPress = useLongPress((_, at) => onMenu(threadId, at));
  if (!thread) return null;

  const isUnread = thread.unread > 0;
  const draft = kept?.text && kept.editing === undefined && !isOpen ? kept.text : null;
  const openMenu = (event: MouseEvent<HTMLElement>) => {
    event.preventDefault();
    // The menu key has no place of its own: then the row's middle.
    const box = event.currentTarget.getBoundingClientRect();
    const isByKey = event.clientX === 0 && event.clientY === 0;
    onMenu(threadId, isByKey ? { x: box.x + 64, y: box.y + 40 } : { x: event.clientX, y: event.clientY });
  };

  return (
    <Link
      href={`/t/${threadId}`}
      state={{ hasParent: true }}
      className={classes(styles.row, isOpen && styles.open, isUnread && styles.unread)}
      aria-current={isOpen ? 'page' : undefined}
      tabIndex={isTabStop ? 0 : -1}
      data-thread={threadId}
      draggable={false}
      onFocus={() => onFocus(threadId)}
      {...longPress}
      onMouseDown={({ button }) => button === 0 && pressed.setState({ threadId })}
      onContextMenu={openMenu}
    >
      <Avatar person={thread.peer} size={48} isOnline={presence?.online} />
      {presence?.online && <span className="visually-hidden">Online: </span>}
      <span className={styles.lines}>
        <span className={styles.top}>
          <bdi className={classes('at-start', styles.name)}>{thread.name}</bdi>
          {thread.preview && (
            <time className={styles.time} dateTime={thread.preview.at}>
              {listTime(thread.preview.at, now)}
            </time>
          )}
        </span>
        <span className={styles.bottom}>
          <Preview thread={thread} draft={draft} />
          <Marks thread={thread} hasDraft={draft !== null} />
        </span>
      </span>
    </Link>
  );
});

function Preview({ thread, draft }: { thread: ThreadView; draft: string | null }) {
  const isTyping = (useParley(`typing:${thread.id}`)?.userIds.length ?? 0) > 0;
  const { preview } = thread;
  if (isTyping) return <span className={classes(styles.preview, styles.typing)}>typing…</span>;
  if (draft !== null) {
    return (
      <span className={styles.preview}>
        <span className={styles.draft}>Draft: </span>
        <bdi className={classes('at-start', styles.text)}>{oneLine(draft)}</bdi>
      </span>
    );
  }
  if (!preview) return <span className={styles.preview}>No messages yet</span>;
  return (
    <span className={styles.preview}>
      {preview.isMine && 'You: '}
      {preview.isDeleted ? (
        <i>Message deleted</i>
      ) : (
        <bdi className={classes('at-start', styles.text)}>{oneLine(preview.text)}</bdi>
      )}
    </span>
  );
}

function Marks({ thread, hasDraft }: { thread: ThreadView; hasDraft: boolean }) {
  const { preview, unread } = thread;
  // What has not left this device is always said; what became of the rest gives way to drafts and unread messages.
  const isStuck = preview?.state === 'failed' || preview?.state === 'queued';
  const hasState = isStuck || (unread === 0 && !hasDraft && !preview?.isDeleted);
  return (
    <>
      {thread.muted && (
        <span className={styles.mark}>
          <Icon name="muted" size={16} />
          <span className="visually-hidden">Muted</span>
        </span>
      )}
      {thread.pinned && (
        <span className={styles.mark}>
          <Icon name="pin" size={16} />
          <span className="visually-hidden">Pinned</span>
        </span>
      )}
      {unread > 0 && (
        <span className={classes(styles.pill, thread.muted && styles.pillMuted)}>
          <span aria-hidden="true">{unread > 999 ? '999+' : unread}</span>
          <span className="visually-hidden">{count(unread, 'unread message')}</span>
        </span>
      )}
      {hasState && preview?.isMine && preview.state && <StateMark state={preview.state} peer={thread.peer} />}
    </>
  );
}
