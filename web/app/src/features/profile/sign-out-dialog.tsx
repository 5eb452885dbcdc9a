import { count } from '../../format/text.ts';
import { useParley, useParleyClient } from '../../store.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';

/** Asks before signing out, and says what would be lost. */
export function SignOutDialog({ onClose }: { onClose: () => void }) {
  const parley = useParleyClient();
  const waiting = useParley('connection')?.waiting ?? 0;
  return (
    <Dialog
      title="Sign out of this device?"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="danger" onClick={() => void parley.signOut()}>
            Sign out
          </Button>
        </>
      }
    >
      <p>
        Your conversations are removed from this device. They stay on your others, and come back when you sign
        in.
      </p>
      {waiting > 0 && (
        <p>
          <strong>{count(waiting, 'change has', 'changes have')} not been sent yet and would be lost.</strong>
        </p>
      )}
    </Dialog>
  );
}
