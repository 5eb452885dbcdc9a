import type { MessageView } from '@parley/client';
import type { MenuAnchor } from '../../ui/menu.tsx';

/** What can be done with a message of the open conversation. The same object for as long as the conversation is open. */
export interface MessageActions {
  reply(message: MessageView): void;
  edit(message: MessageView): void;
  /** Asks first. */
  remove(message: MessageView): void;
  copy(message: MessageView): void;
  /** Adds the own reaction, or takes it back. */
  toggleReaction(message: MessageView, emoji: string): void;
  retry(message: MessageView): void;
  /** Forgets a message that never went out, or a change that was not saved. */
  discard(message: MessageView): void;
  /** Scrolls to the message with that seq, loading what is around it where need be, and flashes it. */
  goTo(seq: number): void;
  openMenu(message: MessageView, anchor: MenuAnchor): void;
  openReactions(message: MessageView, anchor: HTMLElement): void;
}
