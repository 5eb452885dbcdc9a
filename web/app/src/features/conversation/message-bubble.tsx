import { memo, useState } from 'react';
import { clockTime, fullTime } from '../../format/time.ts';
import { classes } from '../../ui/classes.ts';
import { IconButton } from '../../ui/icon-button.tsx';
import { useLongPress } from '../../view/long-press.ts';
import { isEmojiOnly } from './emoji-only.ts';
import type { MessageActions } from './message-actions.ts';
import styles from './message-bubble.module.css';
import { MessageFoot } from './message-foot.tsx';
import { MessageText } from './message-text.tsx';
import { isOnServer, messageLabel } from './message-words.ts';
import { Quote } from './quote.tsx';
import { Reactions } from './reactions.tsx';
import type { MessageRow } from './rows.ts';

interface Props {
  row: MessageRow;
  /** The other person's name. */
  name: string;
  myId: string;
  /** The one message that the Tab key reaches. */
  isTabStop: boolean;
  /** Somebody was just led here. */
  isFlashing: boolean;
  actions: MessageActions;
}

/** A message younger than this when it is first drawn has just been sent from here. */
const FRESH_MS = 1_000;

/** One message: bubble, quote, reactions, and at the end of its group the time and how far it came. */
export const MessageBubble = memo(function MessageBubble(props: Props) {
  const { row, name, myId, isTabStop, isFlashing, actions } = props;
  const { message, isGroupStart, isGroupEnd, showsState, quoted } = row;
  const { isMine } = message;
  const [isHovered, setHovered] = useState(false);
  const [isFresh] = useState(() => !isOnServer(message) && Date.now() - Date.parse(message.at) < FRESH_MS);
  const longPress = useLongPress((target) => actions.openMenu(message, target));
  const isBare = !message.deleted && message.replyTo === undefined && isEmojiOnly(message.text);
  const isActable = !message.deleted && isOnServer(message);

  return (
    <article
      className={classes(
        styles.message,
        isMine ? styles.mine : styles.theirs,
        isGroupStart && styles.start,
        isGroupEnd && styles.end,
        isFlashing && styles.flash,
        isFresh && styles.fresh,
      )}
      aria-label={messageLabel(message, name, showsState)}
      aria-roledescription="message"
      tabIndex={isTabStop ? 0 : -1}
      data-key={row.key}
      onPointerEnter={(event) => event.pointerType === 'mouse' && setHovered(true)}
      onPointerLeave={() => setHovered(false)}
    >
      <div className={styles.line}>
        <div className={styles.body} {...longPress}>
          <div
            className={classes(styles.bubble, isBare && styles.bare, message.deleted && styles.deleted)}
            data-bubble
          >
            {message.replyTo !== undefined && !message.deleted && (
              <Quote
                message={quoted}
                name={name}
                isOnAccent={isMine}
                onClick={() => actions.goTo(message.replyTo as number)}
              />
            )}
            <div className={styles.text} dir="auto">
              {message.deleted ? 'Message deleted' : <MessageText text={message.text} />}
              {message.editedAt && !message.deleted && (
                <span className={styles.edited} title={`Edited ${fullTime(message.editedAt)}`}>
                  edited
                </span>
              )}
            </div>
          </div>
          {message.reactions && !message.deleted && Object.keys(message.reactions).length > 0 && (
            <Reactions
              message={message}
              myId={myId}
              name={name}
              onToggle={(emoji) => actions.toggleReaction(message, emoji)}
            />
          )}
          {isHovered && (
            // biome-ignore lint/a11y/noStaticElementInteractions: keeps the focus where it is; the buttons act.
            <div className={styles.actions} onMouseDown={(event) => event.preventDefault()}>
              {isActable && (
                <>
                  <IconButton
                    icon="react"
                    label="React"
                    size={18}
                    tabIndex={-1}
                    className={styles.action}
                    onClick={(event) => actions.openReactions(message, event.currentTarget)}
                  />
                  <IconButton
                    icon="reply"
                    label="Reply"
                    size={18}
                    tabIndex={-1}
                    className={styles.action}
                    onClick={() => actions.reply(message)}
                  />
                </>
              )}
              {!message.deleted && (
                <IconButton
                  icon="more"
                  label="More"
                  size={18}
                  tabIndex={-1}
                  className={styles.action}
                  onClick={(event) => actions.openMenu(message, event.currentTarget)}
                />
              )}
              <time className={styles.hoverTime} dateTime={message.at} title={fullTime(message.at)}>
                {clockTime(message.at)}
              </time>
            </div>
          )}
        </div>
      </div>
      {(isGroupEnd || message.state === 'failed' || message.error) && (
        <MessageFoot message={message} showsState={showsState} actions={actions} />
      )}
    </article>
  );
});
