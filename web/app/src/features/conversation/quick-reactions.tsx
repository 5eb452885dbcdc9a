import type { MessageView } from '@parley/client';
import { classes } from '../../ui/classes.ts';
import { Icon } from '../../ui/icon.tsx';
import styles from './quick-reactions.module.css';

const quick = ['👍', '❤️', '😂', '😮', '😢', '🙏'];

interface Props {
  message: MessageView;
  myId: string;
  onPick: (emoji: string) => void;
  /** All other emoji. */
  onMore: () => void;
}

/** The six reactions that say most of it. */
export function QuickReactions({ message, myId, onPick, onMore }: Props) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms.
    <div className={styles.row} role="group" aria-label="Reactions">
      {quick.map((emoji) => {
        const isMine = message.reactions?.[emoji]?.includes(myId) ?? false;
        return (
          <button
            key={emoji}
            type="button"
            className={classes(styles.emoji, isMine && styles.mine)}
            aria-label={`React with ${emoji}`}
            aria-pressed={isMine}
            onClick={() => onPick(emoji)}
          >
            {emoji}
          </button>
        );
      })}
      <button type="button" className={styles.emoji} aria-label="More reactions" onClick={onMore}>
        <Icon name="plus" size={20} />
      </button>
    </div>
  );
}
