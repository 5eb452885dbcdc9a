import { useEffect, useRef } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import { useParley } from '../../store.ts';
import { classes } from '../../ui/classes.ts';
import { useActivity } from '../../view/activity.ts';
import { useDetails } from '../../view/details.ts';
import { useIsNarrow } from '../../view/media.ts';
import { useVisualViewport } from '../../view/viewport.ts';
import { SettingsNav } from '../profile/settings-nav.tsx';
import { ThreadsPane } from '../threads/threads-pane.tsx';
import { ConversationPanes } from './conversation-panes.tsx';
import styles from './frame.module.css';
import { KeyMap } from './key-map.tsx';
import { DetailsPanel, Settings } from './later.tsx';
import { useListWidth } from './list-width.ts';
import { NothingOpen } from './nothing-open.tsx';
import { Resizer } from './resizer.tsx';
import { useShortcuts } from './shortcuts.ts';
import { StartWith } from './start-with.tsx';

/** What a signed-in person sees: the list, the conversation and, where there is room, the details beside it. */
export function Frame() {
  useVisualViewport();
  useActivity();
  useUnreadTitle();
  const [path] = useLocation();
  const isNarrow = useIsNarrow();
  const { width } = useListWidth();
  const keyMap = useShortcuts();

  const [, section = '', threadId = '', page = ''] = path.split('/');
  const isThread = section === 't' && threadId !== '';
  useFocusReturn(isThread ? threadId : null);
  const isSettings = section === 'settings';
  const details = useDetails(threadId);
  const hasDetails = isThread && details.isOpen;

  // Narrow: the deepest thing that is open is the one that is seen.
  const isSideSeen = !isNarrow || section === '' || section === 'archived' || path === '/settings';
  const isMainSeen = !isNarrow || (!isSideSeen && page !== 'details');

  return (
    <div
      className={styles.frame}
      style={isNarrow ? undefined : { gridTemplateColumns: `${width}px minmax(0, 1fr) auto` }}
    >
      <div className={classes(styles.side, !isSideSeen && styles.unseen)} inert={!isSideSeen}>
        <div className={classes(styles.fill, isSettings && styles.unseen)} inert={isSettings}>
          <ThreadsPane openId={isThread ? threadId : null} />
        </div>
        {isSettings && <SettingsNav />}
      </div>

      <main className={classes(styles.main, !isMainSeen && styles.unseen)} inert={!isMainSeen}>
        {!isNarrow && <Resizer />}
        <ConversationPanes openId={isThread ? threadId : null} isSeen={isMainSeen} />
        <Switch>
          <Route path="/t/:threadId/*?" />
          <Route path="/settings/*?">
            <Settings />
          </Route>
          <Route path="/with/:username">{({ username }) => <StartWith username={username} />}</Route>
          <Route>{!isNarrow && <NothingOpen />}</Route>
        </Switch>
      </main>

      {hasDetails && <DetailsPanel key={threadId} threadId={threadId} onClose={details.toggle} />}
      {keyMap.isOpen && <KeyMap onClose={keyMap.close} />}
    </div>
  );
}

/** Who leaves a conversation by key stands on its row, not nowhere. */
function useFocusReturn(openId: string | null): void {
  const last = useRef(openId);
  useEffect(() => {
    const left = last.current;
    last.current = openId;
    if (openId !== null || left === null) return;
    const isNowhere = document.activeElement === document.body || document.activeElement?.closest('[inert]');
    if (!isNowhere) return;
    document
      .querySelector<HTMLElement>(`[data-thread="${CSS.escape(left)}"]`)
      ?.focus({ preventScroll: true });
  }, [openId]);
}

function useUnreadTitle(): void {
  const unread = useParley('unread')?.messages ?? 0;
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) Parley` : 'Parley';
    return () => {
      document.title = 'Parley';
    };
  }, [unread]);
}
