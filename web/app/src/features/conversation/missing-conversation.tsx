import { useParley } from '../../store.ts';
import { IconButton } from '../../ui/icon-button.tsx';
import { Mark } from '../../ui/mark.tsx';
import { useGoBack } from '../../view/go-back.ts';
import { useIsNarrow } from '../../view/media.ts';
import header from './conversation-header.module.css';
import { FirstLoad } from './first-load.tsx';
import styles from './missing-conversation.module.css';

interface Props {
  /** Who it was with, if it was here until now. */
  nameBefore: string | undefined;
  /** The server knows of no such conversation. */
  isUnknown: boolean;
}

/** In place of a conversation that is not here: not yet, not any more, or never. */
export function MissingConversation({ nameBefore, isUnknown }: Props) {
  // While the list is read anew, what is missing in it may still come.
  const isComplete = useParley('threads')?.isComplete ?? false;
  const isDeleted = nameBefore !== undefined && isComplete;
  const isNarrow = useIsNarrow();
  const goBack = useGoBack('/');
  if (!isDeleted && !isUnknown) return <FirstLoad />;
  return (
    <>
      {isNarrow && (
        <header className={header.header}>
          <IconButton icon="back" label="Back to the conversations" onClick={goBack} />
        </header>
      )}
      <div className={styles.missing} role="status">
        <Mark size={64} />
        {isDeleted ? (
          <p>
            This conversation was deleted.
            <br />
            It comes back when <bdi>{nameBefore}</bdi> writes again.
          </p>
        ) : (
          <p>This conversation could not be found.</p>
        )}
      </div>
    </>
  );
}
