import type { ThreadView } from '@parley/client';
import { Avatar } from '../../ui/avatar.tsx';
import { Button } from '../../ui/button.tsx';
import styles from './empty-conversation.module.css';

/** Before the first word. */
export function EmptyConversation({ thread, onGreet }: { thread: ThreadView; onGreet: () => void }) {
  return (
    <div className={styles.empty}>
      <Avatar person={thread.peer} size={88} />
      <h2 className={styles.name}>
        <bdi>{thread.name}</bdi>
      </h2>
      <p className={styles.text}>
        Say hello to <bdi>{thread.name}</bdi>. Only the two of you see what is said here.
      </p>
      <Button onClick={onGreet}>👋 Say hello</Button>
    </div>
  );
}
