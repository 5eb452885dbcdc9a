import type { MessageView } from '@parley/client';
import { oneLine } from '../../format/text.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import styles from './delete-dialog.module.css';

interface Props {
  message: MessageView;
  onDelete: () => void;
  onClose: () => void;
}

/** Asks before a message is deleted for both. */
export function DeleteDialog({ message, onDelete, onClose }: Props) {
  return (
    <Dialog
      title="Delete this message?"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Keep</Button>
          <Button
            look="danger"
            onClick={() => {
              onClose();
              onDelete();
            }}
          >
            Delete
          </Button>
        </>
      }
    >
      <p>It disappears for both of you and cannot be brought back.</p>
      <p className={styles.message} dir="auto">
        {oneLine(message.text)}
      </p>
    </Dialog>
  );
}
