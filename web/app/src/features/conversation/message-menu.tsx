import type { MessageView } from '@parley/client';
import { Menu, type MenuAnchor, type MenuItem } from '../../ui/menu.tsx';
import type { MessageActions } from './message-actions.ts';
import { isOnServer } from './message-words.ts';
import { QuickReactions } from './quick-reactions.tsx';

interface Props {
  message: MessageView;
  anchor: MenuAnchor;
  myId: string;
  actions: MessageActions;
  onMoreReactions: () => void;
  onClose: () => void;
}

/** Everything that can be done with a message: a menu beside it, on phones a sheet at the bottom. */
export function MessageMenu({ message, anchor, myId, actions, onMoreReactions, onClose }: Props) {
  const copy: MenuItem = { label: 'Copy text', icon: 'copy', onSelect: () => actions.copy(message) };
  const items: MenuItem[] = [];
  if (isOnServer(message)) {
    if (message.error) {
      items.push(
        { label: 'Try the change again', icon: 'send', onSelect: () => actions.retry(message) },
        { label: 'Discard the change', icon: 'close', onSelect: () => actions.discard(message) },
      );
    }
    items.push({ label: 'Reply', icon: 'reply', onSelect: () => actions.reply(message) }, copy);
    if (message.isMine) {
      items.push(
        { label: 'Edit', icon: 'edit', onSelect: () => actions.edit(message) },
        { label: 'Delete', icon: 'trash', isDanger: true, onSelect: () => actions.remove(message) },
      );
    }
  } else {
    if (message.state === 'failed') {
      items.push({ label: 'Try again', icon: 'send', onSelect: () => actions.retry(message) });
    }
    items.push(copy, {
      label: message.state === 'failed' ? 'Delete' : 'Do not send',
      icon: 'trash',
      isDanger: true,
      onSelect: () => actions.discard(message),
    });
  }
  return (
    <Menu
      label="Message"
      anchor={anchor}
      items={items}
      onClose={onClose}
      header={
        isOnServer(message) && (
          <QuickReactions
            message={message}
            myId={myId}
            onPick={(emoji) => {
              onClose();
              actions.toggleReaction(message, emoji);
            }}
            onMore={onMoreReactions}
          />
        )
      }
    />
  );
}
