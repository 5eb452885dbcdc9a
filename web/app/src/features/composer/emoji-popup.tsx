import { lazy, Suspense, useLayoutEffect, useRef } from 'react';
import type { MenuAnchor } from '../../ui/menu.tsx';
import { placeMenu } from '../../ui/place-menu.ts';
import styles from './emoji-popup.module.css';

const EmojiPicker = lazy(() => import('./emoji-picker.tsx'));

interface Props {
  label: string;
  anchor: MenuAnchor;
  onPick: (emoji: string) => void;
  onClose: () => void;
}

/** The emoji picker beside what opened it, on phones at the bottom; open for as long as it is drawn. */
export function EmojiPopup({ label, anchor, onPick, onClose }: Props) {
  const ref = useRef<HTMLDivElement>(null);
  const close = useRef(onClose);
  close.current = onClose;

  useLayoutEffect(() => {
    const popup = ref.current;
    if (!popup) return;
    const before = document.activeElement;
    popup.showPopover();
    placeMenu(popup, anchor);
    const onToggle = (event: Event) => {
      if ((event as ToggleEvent).newState === 'closed') close.current();
    };
    popup.addEventListener('toggle', onToggle);
    return () => {
      popup.removeEventListener('toggle', onToggle);
      const hadFocus = popup.contains(document.activeElement) || document.activeElement === document.body;
      popup.hidePopover();
      if (hadFocus && before instanceof HTMLElement && before.isConnected)
        before.focus({ preventScroll: true });
    };
  }, [anchor]);

  return (
    <div
      ref={ref}
      popover="auto"
      role="dialog"
      aria-label={label}
      className={styles.popup}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        event.stopPropagation();
        onClose();
      }}
    >
      <Suspense>
        <EmojiPicker onPick={onPick} />
      </Suspense>
    </div>
  );
}
