import { useParley, useParleyClient } from '../../store.ts';
import { Menu, type MenuAnchor } from '../../ui/menu.tsx';
import { threadActs } from './thread-acts.ts';

interface Props {
  threadId: string;
  anchor: MenuAnchor;
  onClose: () => void;
  onDelete: (threadId: string) => void;
}

/** The menu of one row of the list. */
export function ThreadMenu({ threadId, anchor, onClose, onDelete }: Props) {
  const parley = useParleyClient();
  const thread = useParley(`thread:${threadId}`);
  if (!thread) return null;
  return (
    <Menu
      label={`Conversation with ${thread.name}`}
      anchor={anchor}
      items={threadActs(parley, thread, () => onDelete(threadId))}
      onClose={onClose}
    />
  );
}
