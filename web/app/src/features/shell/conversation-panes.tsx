import { useEffect, useState } from 'react';
import { classes } from '../../ui/classes.ts';
import { pressed } from '../../view/pressed.ts';
import { ShownProvider } from '../../view/shown.ts';
import { ConversationPane } from '../conversation/conversation-pane.tsx';
import styles from './conversation-panes.module.css';
import { keepLast } from './keep-last.ts';

const KEPT = 3;

const withOpen = (kept: readonly string[], openId: string | null) =>
  openId === null ? kept : keepLast(kept, openId, KEPT);

/**
 * The open conversation, and behind it the last ones, mounted: going back to one of them is a matter of showing it,
 * where it was left. So is going to the one whose row is being pressed.
 */
export function ConversationPanes({ openId, isSeen }: { openId: string | null; isSeen: boolean }) {
  const [kept, setKept] = useState<readonly string[]>([]);
  const next = withOpen(kept, openId);
  if (next !== kept) setKept(next);
  useEffect(
    () =>
      pressed.subscribe(({ threadId }) => {
        if (threadId !== null) setKept((held) => withOpen(keepLast(held, threadId, KEPT), openId));
      }),
    [openId],
  );
  // In an order of their own, so that React never moves a pane in the page and with it its scroll position.
  const panes = [...next].sort();
  return panes.map((id) => {
    const isShown = id === openId && isSeen;
    return (
      <div key={id} className={classes(styles.pane, id !== openId && styles.behind)} inert={id !== openId}>
        <ShownProvider value={isShown}>
          <ConversationPane threadId={id} />
        </ShownProvider>
      </div>
    );
  });
}
