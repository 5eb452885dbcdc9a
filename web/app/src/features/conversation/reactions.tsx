import type { MessageView } from '@parley/client';
import { classes } from '../../ui/classes.ts';
import styles from './reactions.module.css';

interface Props {
  message: MessageView;
  myId: string;
  name: string;
  onToggle: (emoji: string) => void;
}

/** The reactions to a message; a press adds one's own or takes it back. */
export function Reactions({ message, myId, name, onToggle }: Props) {
  return (
    <div className={styles.chips}>
      {Object.entries(message.reactions ?? {}).map(([emoji, userIds]) => {
        const isMine = userIds.includes(myId);
        const who = userIds.map((id) => (id === myId ? 'You' : name)).join(', ');
        return (
          <button
            key={emoji}
            type="button"
            tabIndex={-1}
            className={classes(styles.chip, isMine && styles.mine)}
            aria-pressed={isMine}
            aria-label={`${emoji} ${who}`}
            title={who}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onToggle(emoji)}
          >
            <span>{emoji}</span>
            {userIds.length > 1 && <span className={styles.count}>{userIds.length}</span>}
          </button>
        );
      })}
    </div>
  );
}
