import type { MessagesView, ThreadView } from '@parley/client';
import {
  defaultRangeExtractor,
  observeElementOffset,
  observeElementRect,
  type Range,
  useVirtualizer,
  type Virtualizer,
} from '@tanstack/react-virtual';
import {
  type KeyboardEvent,
  type Ref,
  useCallback,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { flushSync } from 'react-dom';
import { dayName } from '../../format/time.ts';
import { useMe, useParleyClient } from '../../store.ts';
import { useIsShown } from '../../view/shown.ts';
import { DayMark, UnreadMark } from './day-mark.tsx';
import { EndButton } from './end-button.tsx';
import { estimateRow } from './estimate.ts';
import type { MessageActions } from './message-actions.ts';
import { MessageBubble } from './message-bubble.tsx';
import { actionOfKey } from './message-keys.ts';
import styles from './message-list.module.css';
import { heightIn, heightOf } from './row-height.ts';
import { buildRows, countNewAfter, findBySeq, indexOfSeq, type Row } from './rows.ts';
import { TypingDots } from './typing-dots.tsx';
import { useMarkRead } from './use-mark-read.ts';
import { useStretch } from './use-stretch.ts';

/** What the rest of the conversation asks of the list. */
export interface MessageListHandle {
  /** To the newest message, and with it from then on. */
  scrollToEnd(): void;
  /** To that message, loading what is around it where need be. */
  goTo(seq: number): Promise<void>;
}

interface Props {
  threadId: string;
  thread: ThreadView;
  view: MessagesView;
  isTyping: boolean;
  actions: MessageActions;
  /** Esc, among the messages: back to writing. */
  onLeave: () => void;
  ref: Ref<MessageListHandle>;
}

type ListVirtualizer = Virtualizer<HTMLDivElement, HTMLDivElement>;

/** So near to the end counts as being there. */
const END_PX = 60;
/** Older and newer pages are asked for before the person comes to the edge. */
const AHEAD_PX = 2_000;
const PADDING_PX = 16;
/** A message that is scrolled to leaves room for the day above it. */
const DAY_PX = 56;
const FLASH_MS = 1_400;
const DAY_SHOWN_MS = 1_200;

const fromEndOf = ({ scrollHeight, scrollTop, clientHeight }: HTMLElement) =>
  scrollHeight - scrollTop - clientHeight;

/**
 * The messages of a conversation, of which only those near the screen are in the page. The list hangs on its end:
 * what comes at the end pushes up, and what is put in front moves nothing.
 */
export function MessageList({ threadId, thread, view, isTyping, actions, onLeave, ref }: Props) {
  const parley = useParleyClient();
  const me = useMe();
  const isShown = useIsShown();
  const scroller = useRef<HTMLDivElement>(null);
  const stickyDay = useRef<HTMLDivElement>(null);
  const { items, hasOlder, hasNewer, unreadFrom } = view;
  const [activeKey, setActiveKey] = useState<string | null>(null);
  const [flashing, setFlashing] = useState<string | null>(null);
  const [isAtEnd, setAtEnd] = useState(true);
  const [newCount, setNewCount] = useState(0);
  // Never another: a line that measures what was estimated is known by its estimate alone.
  const [estimateWidth] = useState(() => Math.min(innerWidth, 880));
  const measured = useRef(new Set<React.Key>());
  const shown = useRef(isShown);
  /** True while the list is to stay with the newest message. */
  const follows = useRef(true);
  const seenSeq = useRef(thread.readSeq);
  const focusWanted = useRef<string | null>(null);
  const loading = useRef({ older: false, newer: false });
  const isOpened = useRef(false);
  const markRead = useMarkRead(threadId);

  const { start, takeBack } = useStretch(
    view,
    () => isOpened.current && follows.current && !scroller.current?.contains(document.activeElement),
  );
  const rows = useMemo(
    () => buildRows({ items, hasOlder, unreadFrom }, isTyping && !hasNewer, start),
    [items, hasOlder, unreadFrom, isTyping, hasNewer, start],
  );

  const activeIndex = useMemo(() => {
    const held = activeKey === null ? -1 : rows.findLastIndex((row) => row.key === activeKey);
    return held >= 0 ? held : rows.findLastIndex((row) => row.kind === 'message');
  }, [rows, activeKey]);

  const virtualizer = useVirtualizer<HTMLDivElement, HTMLDivElement>({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => estimateRow(rows[index] as Row, estimateWidth),
    getItemKey: useCallback((index: number) => rows[index]?.key ?? index, [rows]),
    anchorTo: 'end',
    scrollEndThreshold: END_PX,
    overscan: 8,
    paddingStart: PADDING_PX,
    paddingEnd: 4,
    scrollPaddingStart: DAY_PX,
    initialOffset: () => rows.reduce((sum, row) => sum + estimateRow(row, estimateWidth), 0),
    directDomUpdates: true,
    directDomUpdatesMode: 'position',
    // A pane behind the open one has no size: what is known of it stays.
    observeElementRect: useCallback(
      (instance: ListVirtualizer, onRect: (rect: { width: number; height: number }) => void) =>
        observeElementRect(instance, (rect) => {
          if (rect.height > 0) onRect(rect);
        }),
      [],
    ),
    observeElementOffset: useCallback(
      (instance: ListVirtualizer, onOffset: (offset: number, isScrolling: boolean) => void) =>
        observeElementOffset(instance, (offset, isScrolling) => {
          if (instance.scrollElement?.clientHeight) onOffset(offset, isScrolling);
        }),
      [],
    ),
    measureElement: useCallback(
      (element: HTMLDivElement, entry: ResizeObserverEntry | undefined, instance: ListVirtualizer) => {
        const height = entry ? heightIn(entry) : heightOf(element);
        const index = instance.indexFromElement(element);
        if (height === 0) return instance.measurementsCache[index]?.size ?? 0;
        return height;
      },
      [],
    ),
    rangeExtractor: useCallback(
      (range: Range) => {
        const indexes = defaultRangeExtractor(range);
        // The message that has the focus stays in the page, wherever one scrolls.
        if (activeIndex < 0 || activeIndex >= range.count) return indexes;
        if (activeIndex < (indexes[0] ?? 0)) indexes.unshift(activeIndex);
        else if (activeIndex > (indexes.at(-1) ?? 0)) indexes.push(activeIndex);
        return indexes;
      },
      [activeIndex],
    ),
  });

  // A line that is wholly above what is seen, or seen for the first time, moves what is below it, whichever way one
  // scrolls: compensate.
  virtualizer.shouldAdjustScrollPositionOnItemSizeChange = (item, _delta, instance) => {
    const offset = instance.scrollOffset ?? 0;
    const isFirst = !measured.current.has(item.key);
    measured.current.add(item.key);
    return item.start < offset && (isFirst || item.end <= offset);
  };

  /** Takes note of where the list stands: what was seen, what is near, which day it is. */
  const look = () => {
    const element = scroller.current;
    if (!element || !shown.current || element.clientHeight === 0) return;
    const { scrollTop, clientHeight } = element;
    const fromEnd = fromEndOf(element);
    const atEnd = !hasNewer && fromEnd <= END_PX;
    setAtEnd(atEnd);

    if (document.visibilityState === 'visible' && document.hasFocus()) {
      const seq = seqAt(scrollTop + clientHeight - PADDING_PX);
      if (seq > seenSeq.current) {
        seenSeq.current = seq;
        if (seq > thread.readSeq) markRead(seq);
      }
    }
    setNewCount(hasNewer ? thread.unread : countNewAfter(items, seenSeq.current));

    if (scrollTop < AHEAD_PX && start > 0) takeBack();
    else if (scrollTop < AHEAD_PX && hasOlder) void load('older');
    if (fromEnd < AHEAD_PX && hasNewer) void load('newer');
    placeDay(scrollTop);
  };
  const latest = useRef({ look, hasNewer });
  latest.current = { look, hasNewer };

  const load = async (what: 'older' | 'newer') => {
    if (loading.current[what] || view.error) return;
    loading.current[what] = true;
    try {
      await (what === 'older' ? parley.loadOlder(threadId) : parley.loadNewer(threadId));
    } catch {
      // The view's `error` says it.
    } finally {
      loading.current[what] = false;
      latest.current.look();
    }
  };

  /** The newest message whose end is above that offset. */
  const seqAt = (offset: number): number => {
    let index = virtualizer.getVirtualItemForOffset(offset)?.index ?? -1;
    const item = virtualizer.measurementsCache[index];
    if (item && item.end > offset + END_PX) index--;
    for (; index >= 0; index--) {
      const row = rows[index];
      if (row?.kind === 'message' && row.message.seq > 0) return row.message.seq;
    }
    return 0;
  };

  const placeDay = (scrollTop: number) => {
    const element = stickyDay.current;
    if (!element) return;
    const index = virtualizer.getVirtualItemForOffset(scrollTop)?.index ?? 0;
    const row = rows[index];
    const at = row?.kind === 'message' ? row.message.at : row?.kind === 'day' ? row.at : undefined;
    if (at) {
      const text = dayName(at);
      if (element.textContent !== text) element.textContent = text;
    }
    // The next day pushes the last one away.
    let push = 0;
    for (let next = index + 1; next < rows.length; next++) {
      const item = virtualizer.measurementsCache[next];
      if (!item || item.start - scrollTop > DAY_PX) break;
      if (rows[next]?.kind === 'day') push = Math.min(0, item.start - scrollTop - 36);
    }
    element.style.transform = `translate(-50%, ${push}px)`;
  };

  const toEnd = useCallback(() => {
    const element = scroller.current;
    if (!element || element.clientHeight === 0) return;
    virtualizer.scrollToEnd();
    element.scrollTop = element.scrollHeight;
  }, [virtualizer]);

  // Where the conversation opens: at the unread line, else at the newest message.
  // Effects that run anew (React's strict mode does it) open anew.
  useLayoutEffect(
    () => () => {
      isOpened.current = false;
    },
    [],
  );
  useLayoutEffect(() => {
    if (isOpened.current || rows.length === 0 || !scroller.current?.clientHeight) return;
    isOpened.current = true;
    const unread = rows.findIndex((row) => row.kind === 'unread');
    if (unread < 0) return toEnd();
    virtualizer.scrollToIndex(unread, { align: 'start' });
    // Where all of it fits nothing scrolls, and nobody would tell later that this is the end.
    follows.current = fromEndOf(scroller.current) <= END_PX;
  });

  // What is new at the end is followed by those who are at the end.
  const lastRow = rows.at(-1);
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when the end of the list became another.
  useLayoutEffect(() => {
    if (follows.current && !hasNewer && isOpened.current) toEnd();
  }, [lastRow, hasNewer, toEnd]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: looks again when there is something else to see.
  useLayoutEffect(() => {
    latest.current.look();
  }, [rows, isShown]);

  useLayoutEffect(() => {
    const wasShown = shown.current;
    shown.current = isShown;
    const element = scroller.current;
    if (!isShown || wasShown || !element || !isOpened.current) return;
    if (follows.current) toEnd();
    else element.scrollTop = virtualizer.scrollOffset ?? 0;
  }, [isShown, toEnd, virtualizer]);

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    let dayTimer: ReturnType<typeof setTimeout> | undefined;
    const onScroll = () => {
      if (element.clientHeight === 0) return;
      follows.current = !latest.current.hasNewer && fromEndOf(element) <= END_PX;
      latest.current.look();
      element.parentElement?.setAttribute('data-scrolling', '');
      clearTimeout(dayTimer);
      dayTimer = setTimeout(() => element.parentElement?.removeAttribute('data-scrolling'), DAY_SHOWN_MS);
    };
    const onLook = () => latest.current.look();
    let height = element.clientHeight;
    const observer = new ResizeObserver(() => {
      if (element.clientHeight === 0) return;
      // The keyboard, or a composer that grows, takes its room from the top of the list, not from its end.
      const lost = height - element.clientHeight;
      height = element.clientHeight;
      if (follows.current) element.scrollTop = element.scrollHeight;
      else if (lost !== 0) element.scrollTop += lost;
    });
    observer.observe(element);
    element.addEventListener('scroll', onScroll, { passive: true });
    addEventListener('focus', onLook);
    document.addEventListener('visibilitychange', onLook);
    return () => {
      clearTimeout(dayTimer);
      observer.disconnect();
      element.removeEventListener('scroll', onScroll);
      removeEventListener('focus', onLook);
      document.removeEventListener('visibilitychange', onLook);
    };
  }, []);

  useEffect(() => {
    if (flashing === null) return;
    const timer = setTimeout(() => setFlashing(null), FLASH_MS);
    return () => clearTimeout(timer);
  }, [flashing]);

  const goToNewest = () => {
    follows.current = true;
    if (hasNewer) void parley.loadNewest(threadId).then(toEnd);
    else toEnd();
  };

  useImperativeHandle(ref, () => ({
    scrollToEnd: goToNewest,
    async goTo(seq) {
      const { store } = parley;
      const current = () => store.get(`messages:${threadId}`)?.items ?? [];
      if (indexOfSeq(current(), seq) < 0) await parley.loadAround(threadId, seq);
      const message = findBySeq(current(), seq);
      if (!message) return;
      follows.current = false;
      flushSync(() => takeBack(seq));
      // The next frame has drawn what was loaded.
      requestAnimationFrame(() => wanted.current(message.key));
    },
  }));
  const reveal = (key: string) => {
    const index = rows.findIndex((row) => row.key === key);
    if (index < 0) return;
    virtualizer.scrollToIndex(index, { align: 'center' });
    // The quote that was pressed may be far from here, and out of the page.
    focusWanted.current = key;
    setActiveKey(key);
    setFlashing(key);
  };
  const wanted = useRef(reveal);
  wanted.current = reveal;

  const focusMessage = (index: number) => {
    const row = rows[index];
    if (row?.kind !== 'message') return;
    focusWanted.current = row.key;
    setActiveKey(row.key);
    virtualizer.scrollToIndex(index, { align: 'auto' });
  };

  useLayoutEffect(() => {
    const key = focusWanted.current;
    if (key === null) return;
    const element = scroller.current?.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`);
    if (!element) return;
    focusWanted.current = null;
    element.focus({ preventScroll: true });
  });

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const element = (event.target as HTMLElement).closest<HTMLElement>('[data-key]');
    if (!element || event.target !== element) return;
    const index = rows.findIndex((row) => row.key === element.dataset.key);
    const row = rows[index];
    if (row?.kind !== 'message') return;
    const step = (from: number, by: 1 | -1) => {
      for (let next = from + by; next >= 0 && next < rows.length; next += by) {
        if (rows[next]?.kind === 'message') return focusMessage(next);
      }
      // Below the last message is where one writes.
      if (by === 1) onLeave();
    };
    const action = actionOfKey(event, row.message);
    if (!action) return;
    event.preventDefault();
    if (action === 'previous') step(index, -1);
    else if (action === 'next') step(index, 1);
    else if (action === 'first') step(-1, 1);
    else if (action === 'last') step(rows.length, -1);
    else if (action === 'leave') {
      event.stopPropagation();
      onLeave();
    } else if (action === 'menu') {
      actions.openMenu(row.message, element.querySelector<HTMLElement>('[data-bubble]') ?? element);
    } else actions[action](row.message);
  };

  return (
    <div className={styles.frame}>
      <div
        ref={scroller}
        className={styles.scroller}
        role="log"
        aria-label={`Messages with ${thread.name}`}
        // Arriving messages are announced one by one, elsewhere; scrolling through history must not be read out.
        aria-live="off"
        aria-busy={view.isLoading}
        onKeyDown={onKeyDown}
        onFocus={(event) => {
          const key = (event.target as HTMLElement).dataset.key;
          if (key !== undefined && key !== activeKey) setActiveKey(key);
        }}
      >
        <div ref={virtualizer.containerRef} className={styles.rows}>
          {virtualizer.getVirtualItems().map(({ index, key }) => {
            const row = rows[index];
            if (!row) return null;
            return (
              <div key={key} data-index={index} ref={virtualizer.measureElement} className={styles.row}>
                {row.kind === 'message' && (
                  <MessageBubble
                    row={row}
                    name={thread.name}
                    myId={me.id}
                    isTabStop={index === activeIndex}
                    isFlashing={row.key === flashing}
                    actions={actions}
                  />
                )}
                {row.kind === 'day' && <DayMark at={row.at} />}
                {row.kind === 'unread' && <UnreadMark />}
                {row.kind === 'typing' && <TypingDots />}
              </div>
            );
          })}
        </div>
      </div>
      <div ref={stickyDay} className={styles.stickyDay} aria-hidden="true" />
      {view.error && (
        <button
          type="button"
          className={styles.again}
          onClick={() => void (hasNewer ? parley.loadNewer(threadId) : parley.loadOlder(threadId))}
        >
          Some messages could not be loaded. Try again
        </button>
      )}
      {!isAtEnd && <EndButton newCount={newCount} onClick={goToNewest} />}
    </div>
  );
}
