import { type FormEvent, useEffect, useRef, useState } from 'react';
import { lastActive } from '../../format/time.ts';
import { useParley, useParleyClient } from '../../store.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { Button } from '../../ui/button.tsx';
import { classes } from '../../ui/classes.ts';
import { Icon } from '../../ui/icon.tsx';
import { IconButton } from '../../ui/icon-button.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { useIsNarrow } from '../../view/media.ts';
import { useNow } from '../../view/now.ts';
import { DeleteDialog } from '../threads/delete-dialog.tsx';
import { threadActs } from '../threads/thread-acts.ts';
import styles from './details-panel.module.css';

/** About the other person of a conversation, and what can be done with it as a whole. */
export function DetailsPanel({ threadId, onClose }: { threadId: string; onClose: () => void }) {
  const parley = useParleyClient();
  const thread = useParley(`thread:${threadId}`);
  const presence = useParley(`presence:${thread?.peer.id ?? ''}`);
  const now = useNow(presence?.lastActiveAt);
  const isNarrow = useIsNarrow();
  const heading = useRef<HTMLHeadingElement>(null);
  const [isDeleting, setDeleting] = useState(false);

  // A page of its own takes the focus; a panel beside the conversation leaves it where it is.
  useEffect(() => {
    if (isNarrow) heading.current?.focus();
  }, [isNarrow]);

  if (!thread) return null;
  const { peer } = thread;
  const active = presence?.online ? 'Online' : lastActive(presence?.lastActiveAt, now);
  return (
    <aside className={styles.panel} aria-labelledby="details-title">
      <header className={styles.header}>
        <IconButton icon={isNarrow ? 'back' : 'close'} label="Close details" onClick={onClose} />
        <h2 id="details-title" ref={heading} tabIndex={-1} className={styles.title}>
          Details
        </h2>
      </header>
      <div className={styles.person}>
        <Avatar person={peer} size={120} />
        <bdi className={styles.name}>{thread.name}</bdi>
        {thread.name !== peer.fullName && <bdi className={styles.fullName}>{peer.fullName}</bdi>}
        <bdi className={styles.quiet}>@{peer.username}</bdi>
        {active && <span className={presence?.online ? styles.online : styles.quiet}>{active}</span>}
      </div>
      <Nickname
        key={thread.nickname ?? ''}
        nickname={thread.nickname ?? ''}
        fullName={peer.fullName}
        onSave={(nickname) => parley.updateThread(threadId, { nickname })}
      />
      <ul className={styles.acts} aria-label="This conversation">
        {threadActs(parley, thread, () => setDeleting(true)).map((act) => (
          <li key={act.label}>
            <button
              type="button"
              className={classes(styles.act, act.isDanger && styles.danger)}
              onClick={act.onSelect}
            >
              {act.icon && <Icon name={act.icon} />}
              {act.label}
            </button>
          </li>
        ))}
      </ul>
      {isDeleting && <DeleteDialog thread={thread} onClose={() => setDeleting(false)} />}
    </aside>
  );
}

interface NicknameProps {
  nickname: string;
  fullName: string;
  onSave: (nickname: string | null) => void;
}

/** A name for this person that only the user sees. */
function Nickname({ nickname, fullName, onSave }: NicknameProps) {
  const [text, setText] = useState(nickname);
  const isChanged = text.trim() !== nickname;
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (isChanged) onSave(text.trim() || null);
  };
  return (
    <form className={styles.nickname} onSubmit={save}>
      <TextField
        label="Nickname"
        hint="Only you see it."
        placeholder={fullName}
        autoComplete="off"
        maxLength={100}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {isChanged && (
        <Button type="submit" look="accent">
          Save
        </Button>
      )}
    </form>
  );
}
