import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import { useParley, useParleyClient } from '../../store.ts';
import { useWatch } from '../../view/watch.ts';
import { DeleteDialog } from './delete-dialog.tsx';
import { rowAfterKey } from './list-keys.ts';
import styles from './thread-list.module.css';
import { ThreadMenu } from './thread-menu.tsx';
import { ThreadRow } from './thread-row.tsx';

const ROW = 72;
const GAP = 2;
/** What the list may begin with, e.g. the way to the archived threads. */
export const LEAD_HEIGHT = 48;
/** So many rows from the end the next ones are fetched. */
const AHEAD = 20;

interface Props {
  label: string;
  ids: readonly string[];
  openId: string | null;
  /** Stands above the first row, LEAD_HEIGHT high, and scrolls with the rows. */
  lead?: ReactNode;
}

/** The rows of a list of threads: only those in sight are in the page, however many there are. */
export function ThreadList({ label, ids, openId, lead }: Props) {
  const parley = useParleyClient();
  const isComplete = useParley('threads')?.isComplete ?? true;
  const scroller = useRef<HTMLDivElement>(null);
  const [focusedId, setFocusedId] = useState<string | null>(null);
  const [menu, setMenu] = useState<{ threadId: string; at: { x: number; y: number } } | null>(null);
  const [deleting, setDeleting] = useState<string | null>(null);

  const tabStop = ids.indexOf(focusedId ?? openId ?? '');
  const tabStopIndex = tabStop === -1 ? 0 : tabStop;

  // With another function it would measure all rows anew.
  const getItemKey = useCallback((index: number) => ids[index] ?? index, [ids]);
  const virtual = useVirtualizer({
    count: ids.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    scrollMargin: lead ? LEAD_HEIGHT : 0,
    gap: GAP,
    overscan: 6,
    getItemKey,
    // The row that has the focus stays in the page when it is scrolled away, or the focus would be lost.
    rangeExtractor: (range) =>
      [...new Set([...defaultRangeExtractor(range), tabStopIndex])].sort((a, b) => a - b),
  });
  const rows = virtual.getVirtualItems();

  const last = rows.at(-1)?.index ?? 0;
  const isLoading = useRef(false);
  useEffect(() => {
    if (isComplete || isLoading.current || last < ids.length - AHEAD) return;
    isLoading.current = true;
    // What could not be fetched is asked for again at the next scroll.
    const done = () => {
      isLoading.current = false;
    };
    parley.loadMoreThreads().then(done, done);
  }, [parley, isComplete, last, ids.length]);

  useWatch(
    label,
    rows.flatMap(({ index }) => parley.store.get(`thread:${ids[index]}`)?.peer.id ?? []),
  );

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / (ROW + GAP)) - 1);
    const next = rowAfterKey(event.key, tabStopIndex, ids.length, page);
    const id = next === null ? undefined : ids[next];
    if (next === null || id === undefined) return;
    event.preventDefault();
    setFocusedId(id);
    virtual.scrollToIndex(next);
    requestAnimationFrame(() => {
      scroller.current
        ?.querySelector<HTMLElement>(`[data-thread="${CSS.escape(id)}"]`)
        ?.focus({ preventScroll: true });
    });
  };

  const openMenu = useCallback(
    (threadId: string, at: { x: number; y: number }) => setMenu({ threadId, at }),
    [],
  );
  const deletingThread = useParley(`thread:${deleting ?? ''}`);

  return (
    <>
      <div ref={scroller} className={styles.scroller}>
        {lead}
        <ul
          className={styles.list}
          aria-label={label}
          style={{ blockSize: virtual.getTotalSize() }}
          onKeyDown={onKeyDown}
        >
          {rows.map(({ index, key, start }) => {
            const id = ids[index];
            if (id === undefined) return null;
            return (
              <li
                key={key}
                className={styles.item}
                style={{ transform: `translateY(${start - virtual.options.scrollMargin}px)` }}
                aria-setsize={ids.length}
                aria-posinset={index + 1}
              >
                <ThreadRow
                  threadId={id}
                  isOpen={id === openId}
                  isTabStop={index === tabStopIndex}
                  onMenu={openMenu}
                  onFocus={setFocusedId}
                />
              </li>
            );
          })}
        </ul>
      </div>
      {menu && (
        <ThreadMenu
          threadId={menu.threadId}
          anchor={menu.at}
          onClose={() => setMenu(null)}
          onDelete={setDeleting}
        />
      )}
      {deletingThread && <DeleteDialog thread={deletingThread} onClose={() => setDeleting(null)} />}
    </>
  );
}
