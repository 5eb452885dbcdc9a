import type { MessageView } from '@parley/client';
import { personColour } from '../../format/person.ts';
import { oneLine } from '../../format/text.ts';
import { classes } from '../../ui/classes.ts';
import styles from './quote.module.css';

interface Props {
  /** Undefined while it is not loaded: the quote keeps its height, and its click loads it. */
  message: MessageView | undefined;
  /** The other person's name. */
  name: string;
  isOnAccent?: boolean;
  onClick?: () => void;
}

/** The message that another replies to: who, in their colour, and one line of what they said. */
export function Quote({ message, name, isOnAccent = false, onClick }: Props) {
  const colour = message ? `var(--person-${personColour(message.from)})` : undefined;
  const content = (
    <>
      <bdi className={styles.name}>{message ? (message.isMine ? 'You' : name) : 'Earlier message'}</bdi>
      <span className={styles.text} dir="auto">
        {message ? (message.deleted ? 'Message deleted' : oneLine(message.text)) : 'Show it'}
      </span>
    </>
  );
  const className = classes(styles.quote, isOnAccent && styles.onAccent);
  const style = colour ? { '--quoted': colour } : undefined;
  return onClick ? (
    <button
      type="button"
      tabIndex={-1}
      className={className}
      style={style as React.CSSProperties}
      onClick={onClick}
    >
      {content}
    </button>
  ) : (
    <div className={className} style={style as React.CSSProperties}>
      {content}
    </div>
  );
}
