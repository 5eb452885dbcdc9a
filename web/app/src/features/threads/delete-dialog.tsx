import type { ThreadView } from '@parley/client';
import { useParleyClient } from '../../store.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { deleteThread } from './thread-acts.ts';

/** Asks before a conversation is deleted. */
export function DeleteDialog({ thread, onClose }: { thread: ThreadView; onClose: () => void }) {
  const parley = useParleyClient();
  return (
    <Dialog
      title="Delete this conversation?"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="danger"
            onClick={() => {
              onClose();
              deleteThread(parley, thread.id);
            }}
          >
            Delete
          </Button>
        </>
      }
    >
      <p>
        Your conversation with <bdi>{thread.name}</bdi> and its history go from all your devices.{' '}
        <bdi>{thread.peer.fullName}</bdi> keeps their own.
      </p>
    </Dialog>
  );
}
