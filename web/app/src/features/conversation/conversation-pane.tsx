import type { MessageView } from '@parley/client';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useMe, useParley, useParleyClient } from '../../store.ts';
import type { MenuAnchor } from '../../ui/menu.tsx';
import { showToast } from '../../ui/toasts.ts';
import { copyText } from '../../view/copy.ts';
import { useIsShown } from '../../view/shown.ts';
import { useWatch } from '../../view/watch.ts';
import { Composer, type ComposerHandle } from '../composer/composer.tsx';
import { EmojiPopup } from '../composer/emoji-popup.tsx';
import { Popup } from '../composer/popup.tsx';
import { ConnectionLine } from '../shell/connection-line.tsx';
import { ConversationHeader } from './conversation-header.tsx';
import styles from './conversation-pane.module.css';
import { DeleteDialog } from './delete-dialog.tsx';
import { EmptyConversation } from './empty-conversation.tsx';
import { FirstLoad } from './first-load.tsx';
import type { MessageActions } from './message-actions.ts';
import { MessageList, type MessageListHandle } from './message-list.tsx';
import { MessageMenu } from './message-menu.tsx';
import { MissingConversation } from './missing-conversation.tsx';
import { QuickReactions } from './quick-reactions.tsx';
import { useAnnounceArrivals } from './use-announce-arrivals.ts';

/** What lies over the conversation. */
type Overlay =
  | { kind: 'menu'; message: MessageView; anchor: MenuAnchor }
  | { kind: 'reactions'; message: MessageView; anchor: MenuAnchor }
  | { kind: 'emoji'; message: MessageView; anchor: MenuAnchor }
  | { kind: 'delete'; message: MessageView };

/** One thread: its header, its messages and its composer. */
export function ConversationPane({ threadId }: { threadId: string }) {
  const parley = useParleyClient();
  const me = useMe();
  const isShown = useIsShown();
  const thread = useParley(`thread:${threadId}`);
  const view = useParley(`messages:${threadId}`);
  const typing = useParley(`typing:${threadId}`);
  const list = useRef<MessageListHandle>(null);
  const composer = useRef<ComposerHandle>(null);
  const [overlay, setOverlay] = useState<Overlay | null>(null);
  const [nameBefore, setNameBefore] = useState<string>();
  if (thread && thread.name !== nameBefore) setNameBefore(thread.name);
  const isTyping = (typing?.userIds.length ?? 0) > 0;

  useEffect(() => {
    if (!isShown) return;
    parley.openThread(threadId);
    return () => parley.closeThread(threadId);
  }, [parley, threadId, isShown]);
  useWatch(`conversation ${threadId}`, isShown && thread ? [thread.peer.id] : []);
  useAnnounceArrivals(view, thread?.name);

  const actions = useMemo<MessageActions>(
    () => ({
      reply: (message) => composer.current?.reply(message),
      edit: (message) => composer.current?.edit(message),
      remove: (message) => setOverlay({ kind: 'delete', message }),
      copy: async (message) => {
        const worked = await copyText(message.text);
        showToast(worked ? 'Copied' : 'The browser did not allow copying');
      },
      toggleReaction: (message, emoji) =>
        parley.react(threadId, message.seq, emoji, !message.reactions?.[emoji]?.includes(me.id)),
      retry: (message) => parley.retry(message.cid),
      discard: (message) => {
        parley.discard(message.cid);
        // The message that had the focus is gone.
        composer.current?.focus();
      },
      goTo: (seq) => {
        list.current?.goTo(seq).catch(() => showToast('That message could not be loaded'));
      },
      openMenu: (message, anchor) => setOverlay({ kind: 'menu', message, anchor }),
      openReactions: (message, anchor) => setOverlay({ kind: 'reactions', message, anchor }),
    }),
    [parley, threadId, me.id],
  );
  const close = () => setOverlay(null);
  const react = (emoji: string) => {
    close();
    if (overlay) actions.toggleReaction(overlay.message, emoji);
  };
  const leave = useMemo(() => () => composer.current?.focus(), []);

  if (!thread) {
    return (
      <section className={styles.pane} aria-label="Conversation">
        <MissingConversation nameBefore={nameBefore} isUnknown={view?.error != null} />
      </section>
    );
  }
  const isEmpty = view !== undefined && !view.isLoading && view.items.length === 0 && !view.hasOlder;
  return (
    <section className={styles.pane} aria-label={`Conversation with ${thread.name}`}>
      <ConversationHeader thread={thread} isTyping={isTyping} />
      <ConnectionLine />
      {view && view.items.length > 0 ? (
        <MessageList
          threadId={threadId}
          thread={thread}
          view={view}
          isTyping={isTyping}
          actions={actions}
          onLeave={leave}
          ref={list}
        />
      ) : isEmpty && !view.error ? (
        <EmptyConversation thread={thread} onGreet={() => parley.send(threadId, '👋')} />
      ) : view?.isLoading ? (
        <FirstLoad />
      ) : (
        <div className={styles.missing}>{view?.error && 'The messages could not be loaded.'}</div>
      )}
      <Composer
        threadId={threadId}
        name={thread.name}
        items={view?.items}
        ref={composer}
        onSent={() => list.current?.scrollToEnd()}
      />
      {overlay?.kind === 'menu' && (
        <MessageMenu
          message={overlay.message}
          anchor={overlay.anchor}
          myId={me.id}
          actions={actions}
          onMoreReactions={() => setOverlay({ ...overlay, kind: 'emoji' })}
          onClose={close}
        />
      )}
      {overlay?.kind === 'reactions' && (
        <Popup label="React" anchor={overlay.anchor} onClose={close}>
          <QuickReactions
            message={overlay.message}
            myId={me.id}
            onPick={react}
            onMore={() => setOverlay({ ...overlay, kind: 'emoji' })}
          />
        </Popup>
      )}
      {overlay?.kind === 'emoji' && (
        <EmojiPopup label="React" anchor={overlay.anchor} onPick={react} onClose={close} />
      )}
      {overlay?.kind === 'delete' && (
        <DeleteDialog
          message={overlay.message}
          onDelete={() => parley.delete(threadId, overlay.message.seq)}
          onClose={close}
        />
      )}
    </section>
  );
}
