import type { MessageView } from '@parley/client';
import { clockTime, fullTime } from '../../format/time.ts';
import { Icon } from '../../ui/icon.tsx';
import type { MessageActions } from './message-actions.ts';
import styles from './message-foot.module.css';
import { stateWord } from './message-words.ts';

interface Props {
  message: MessageView;
  showsState: boolean;
  actions: MessageActions;
}

/** Under a group: its time, and of the last own message how far it came. One line high, whatever it says. */
export function MessageFoot({ message, showsState, actions }: Props) {
  const { state, error } = message;
  if (state === 'failed' || error) {
    const isChange = state !== 'failed';
    return (
      <div className={styles.foot} title={error?.detail ?? error?.title}>
        <Icon name="alert" size={14} className={styles.failed} />
        <span className={styles.failed}>{isChange ? 'Change not saved' : stateWord(state)}</span>
        <span aria-hidden="true">·</span>
        <button type="button" className={styles.act} onClick={() => actions.retry(message)}>
          Retry
        </button>
        <span aria-hidden="true">·</span>
        <button type="button" className={styles.act} onClick={() => actions.discard(message)}>
          {isChange ? 'Discard' : 'Delete'}
        </button>
      </div>
    );
  }
  const isOnItsWay = state === 'sending' || state === 'queued';
  return (
    <div className={styles.foot}>
      {!(isOnItsWay && showsState) && (
        <time dateTime={message.at} title={fullTime(message.at)}>
          {clockTime(message.at)}
        </time>
      )}
      {showsState && state && (
        <>
          {!isOnItsWay && <span aria-hidden="true">·</span>}
          <span data-state={state}>{stateWord(state)}</span>
        </>
      )}
    </div>
  );
}
