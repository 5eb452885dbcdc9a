import type { Parley, ThreadView } from '@parley/client';
import { navigate } from 'wouter/use-browser-location';
import type { MenuItem } from '../../ui/menu.tsx';
import { showToast } from '../../ui/toasts.ts';

/** What can be done to a thread as a whole, as its row's menu and its details offer it. */
export function threadActs(parley: Parley, thread: ThreadView, onDelete: () => void): MenuItem[] {
  const { id, pinned, muted, archived } = thread;
  const update = (changes: Parameters<Parley['updateThread']>[1]) => parley.updateThread(id, changes);

  const archive = () => {
    update({ archived: !archived });
    showToast(archived ? 'Back in your chats.' : 'Archived.', {
      label: 'Undo',
      onSelect: () => update({ archived }),
    });
  };

  const acts: MenuItem[] = [
    {
      label: pinned ? 'Unpin' : 'Pin',
      icon: pinned ? 'unpin' : 'pin',
      onSelect: () => update({ pinned: !pinned }),
    },
    {
      label: muted ? 'Unmute' : 'Mute',
      icon: muted ? 'bell' : 'muted',
      onSelect: () => update({ muted: !muted }),
    },
    {
      label: archived ? 'Unarchive' : 'Archive',
      icon: archived ? 'unarchive' : 'archive',
      onSelect: archive,
    },
    { label: 'Delete…', icon: 'trash', isDanger: true, onSelect: onDelete },
  ];
  if (thread.unread > 0) {
    acts.unshift({
      label: 'Mark as read',
      icon: 'markRead',
      onSelect: () => parley.markRead(id, thread.lastSeq),
    });
  }
  return acts;
}

/** Deletes the thread, and leaves it if it is the open one. */
export function deleteThread(parley: Parley, id: string): void {
  if (location.pathname.startsWith(`/t/${id}`)) navigate('/', { replace: true });
  parley.deleteThread(id);
}
