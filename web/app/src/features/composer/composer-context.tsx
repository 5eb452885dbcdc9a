import type { MessageView } from '@parley/client';
import { Icon } from '../../ui/icon.tsx';
import { IconButton } from '../../ui/icon-button.tsx';
import { Quote } from '../conversation/quote.tsx';
import styles from './composer-context.module.css';

interface Props {
  message: MessageView | undefined;
  name: string;
  isEdit: boolean;
  onLeave: () => void;
}

/** Above the field: what is being replied to or edited. */
export function ComposerContext({ message, name, isEdit, onLeave }: Props) {
  return (
    <div className={styles.context}>
      <Icon name={isEdit ? 'edit' : 'reply'} size={18} className={styles.icon} />
      <div className={styles.quote}>
        <span className="visually-hidden">{isEdit ? 'Editing' : 'Replying to'}</span>
        <Quote message={message} name={name} />
      </div>
      <IconButton
        icon="close"
        label={isEdit ? 'Leave the edit' : 'Leave the reply'}
        size={18}
        onClick={onLeave}
      />
    </div>
  );
}
