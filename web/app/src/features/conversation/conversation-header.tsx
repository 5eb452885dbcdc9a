import type { ThreadView } from '@parley/client';
import { lastActive } from '../../format/time.ts';
import { useParley } from '../../store.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { classes } from '../../ui/classes.ts';
import { IconButton } from '../../ui/icon-button.tsx';
import { useDetails } from '../../view/details.ts';
import { useGoBack } from '../../view/go-back.ts';
import { useIsNarrow } from '../../view/media.ts';
import { useNow } from '../../view/now.ts';
import styles from './conversation-header.module.css';

interface Props {
  thread: ThreadView;
  isTyping: boolean;
}

/** Who this is, and whether they are here. */
export function ConversationHeader({ thread, isTyping }: Props) {
  const { peer } = thread;
  const isNarrow = useIsNarrow();
  const goBack = useGoBack('/');
  const details = useDetails(thread.id);
  const presence = useParley(`presence:${peer.id}`);
  const now = useNow(presence?.online ? undefined : presence?.lastActiveAt);
  const isOnline = presence?.online ?? false;
  const status = isTyping ? 'typing…' : isOnline ? 'Online' : lastActive(presence?.lastActiveAt, now);

  return (
    <header className={styles.header}>
      {isNarrow && <IconButton icon="back" label="Back to the conversations" onClick={goBack} />}
      <button
        type="button"
        className={styles.person}
        aria-expanded={details.isOpen}
        title="Details"
        onClick={details.toggle}
      >
        <Avatar person={peer} size={36} isOnline={isOnline} />
        <span className={styles.words}>
          <bdi className={styles.name}>{thread.name}</bdi>
          {status && <span className={classes(styles.status, isTyping && styles.typing)}>{status}</span>}
        </span>
      </button>
      <IconButton
        icon="info"
        label="Details"
        aria-expanded={details.isOpen}
        onClick={details.toggle}
        className={styles.details}
      />
    </header>
  );
}
