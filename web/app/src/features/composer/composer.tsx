import { type Draft, type MessageView, ParleyError } from '@parley/client';
import {
  type KeyboardEvent,
  type Ref,
  useEffect,
  useId,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { useMe, useParleyClient } from '../../store.ts';
import { classes } from '../../ui/classes.ts';
import { Icon } from '../../ui/icon.tsx';
import { IconButton } from '../../ui/icon-button.tsx';
import { showToast } from '../../ui/toasts.ts';
import { useIsTouch } from '../../view/media.ts';
import { useIsShown } from '../../view/shown.ts';
import { findBySeq } from '../conversation/rows.ts';
import styles from './composer.module.css';
import { ComposerContext } from './composer-context.tsx';
import { actionOfKey } from './composer-keys.ts';
import { EmojiPopup } from './emoji-popup.tsx';
import { measureLength, textToSend } from './message-length.ts';
import { useDraft } from './use-draft.ts';

/** What the rest of the conversation asks of the composer. */
export interface ComposerHandle {
  focus(): void;
  reply(message: MessageView): void;
  edit(message: MessageView): void;
}

interface Props {
  threadId: string;
  name: string;
  items: MessageView[] | undefined;
  /** A message was sent from here. */
  onSent: () => void;
  ref: Ref<ComposerHandle>;
}

const growsByItself = typeof CSS !== 'undefined' && CSS.supports('field-sizing', 'content');

/** Where one writes. Never closed: what is written off-line waits, and goes out by itself. */
export function Composer({ threadId, name, items, onSent, ref }: Props) {
  const parley = useParleyClient();
  const { settings } = useMe();
  const isShown = useIsShown();
  const isTouch = useIsTouch();
  const field = useRef<HTMLTextAreaElement>(null);
  const emojiButton = useRef<HTMLButtonElement>(null);
  const { draft, latest, change, flush } = useDraft(threadId, field);
  /** What was being written before an edit began; it comes back after. */
  const beforeEdit = useRef<Draft | null>(null);
  const [picksEmoji, setPicksEmoji] = useState(false);
  const noteId = useId();

  const { text, replyTo, editing } = draft;
  const target = editing ?? replyTo;
  const targetMessage = target === undefined ? undefined : findBySeq(items ?? [], target);
  const length = measureLength(text);
  const toSend = textToSend(text);
  const canSend = toSend !== '' && !length.isTooLong;

  const caretToEnd = () => {
    const element = field.current;
    if (!element) return;
    element.focus({ preventScroll: true });
    // The field has the new text after the next paint.
    requestAnimationFrame(() => element.setSelectionRange(element.value.length, element.value.length));
  };

  const leaveEdit = () => {
    const before = beforeEdit.current;
    beforeEdit.current = null;
    change(before ?? { text: '' }, true);
  };

  const leave = () => {
    if (editing !== undefined) leaveEdit();
    else change({ text }, true);
    caretToEnd();
  };

  const edit = (message: MessageView) => {
    if (editing === undefined) beforeEdit.current = draft;
    change({ text: message.text, editing: message.seq }, true);
    caretToEnd();
  };

  useImperativeHandle(ref, () => ({
    focus: () => field.current?.focus({ preventScroll: true }),
    reply(message) {
      change(
        { text: editing === undefined ? text : (beforeEdit.current?.text ?? ''), replyTo: message.seq },
        true,
      );
      caretToEnd();
    },
    edit,
  }));

  const submit = () => {
    // Pressed twice before the first press was drawn: what is written now is nothing, and nothing is sent.
    if (!canSend || latest() !== draft) return;
    if (editing !== undefined) {
      if (targetMessage?.text !== toSend) parley.edit(threadId, editing, toSend);
      leaveEdit();
    } else {
      try {
        parley.send(threadId, toSend, replyTo);
      } catch (error) {
        // Too much waits already: the text stays where it is.
        if (!(error instanceof ParleyError)) throw error;
        showToast(error.message);
        return;
      }
      change({ text: '' }, true);
      onSent();
    }
    field.current?.focus({ preventScroll: true });
  };

  const write = (next: string) => {
    change({ ...draft, text: next });
    if (editing === undefined && next !== '') parley.typing(threadId);
  };

  const insert = (emoji: string) => {
    const element = field.current;
    if (!element) return;
    element.focus({ preventScroll: true });
    element.setRangeText(emoji, element.selectionStart, element.selectionEnd, 'end');
    write(element.value);
  };

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    const action = actionOfKey(
      {
        key: event.key,
        shiftKey: event.shiftKey,
        ctrlKey: event.ctrlKey,
        metaKey: event.metaKey,
        altKey: event.altKey,
        // Safari ends the composition before the key that ended it; 229 is what it says then.
        isComposing: event.nativeEvent.isComposing || event.keyCode === 229,
      },
      {
        enterSends: settings.enterSends ?? true,
        isTouch,
        isEmpty: text === '',
        isReplyingOrEditing: target !== undefined,
      },
    );
    if (!action) return;
    if (action === 'editLast') {
      const last = items?.findLast((message) => message.isMine && message.seq > 0 && !message.deleted);
      if (!last) return;
      event.preventDefault();
      edit(last);
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    if (action === 'send') submit();
    else leave();
  };

  // biome-ignore lint/correctness/useExhaustiveDependencies: each text has its height.
  useLayoutEffect(() => {
    const element = field.current;
    if (growsByItself || !element) return;
    element.style.blockSize = 'auto';
    element.style.blockSize = `${element.scrollHeight}px`;
  }, [text]);

  // A touch would bring up the keyboard over what one came to read.
  useEffect(() => {
    if (isShown && !isTouch) field.current?.focus({ preventScroll: true });
  }, [isShown, isTouch]);

  return (
    <div className={styles.composer}>
      {target !== undefined && (
        <ComposerContext message={targetMessage} name={name} isEdit={editing !== undefined} onLeave={leave} />
      )}
      <div className={styles.box}>
        <IconButton
          ref={emojiButton}
          icon="smile"
          label="Emoji"
          size={22}
          className={styles.emoji}
          aria-expanded={picksEmoji}
          onClick={() => setPicksEmoji(true)}
        />
        <textarea
          ref={field}
          className={styles.field}
          rows={1}
          dir="auto"
          value={text}
          placeholder="Message"
          aria-label={editing === undefined ? `Message to ${name}` : 'Edit message'}
          aria-describedby={length.words ? noteId : undefined}
          aria-invalid={length.isTooLong || undefined}
          enterKeyHint={isTouch ? 'enter' : 'send'}
          autoComplete="off"
          onChange={(event) => write(event.target.value)}
          onKeyDown={onKeyDown}
          onBlur={flush}
        />
        <button
          type="button"
          className={classes(styles.send, toSend !== '' && styles.ready)}
          aria-label={editing === undefined ? 'Send' : 'Save'}
          title={editing === undefined ? 'Send' : 'Save'}
          disabled={!canSend}
          // The focus, and with it a phone's keyboard, stays in the field.
          onPointerDown={(event) => event.preventDefault()}
          onMouseDown={(event) => event.preventDefault()}
          onClick={submit}
        >
          <Icon name={editing === undefined ? 'send' : 'tick'} size={18} />
        </button>
      </div>
      <p id={noteId} className={classes(styles.note, length.isTooLong && styles.tooLong)} aria-live="polite">
        {length.words}
      </p>
      {picksEmoji && emojiButton.current && (
        <EmojiPopup
          label="Emoji"
          anchor={emojiButton.current}
          onPick={(emoji) => {
            setPicksEmoji(false);
            insert(emoji);
          }}
          onClose={() => setPicksEmoji(false)}
        />
      )}
    </div>
  );
}
