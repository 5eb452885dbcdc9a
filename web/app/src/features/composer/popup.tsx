import { type ReactNode, useLayoutEffect, useRef } from 'react';
import { classes } from '../../ui/classes.ts';
import type { MenuAnchor } from '../../ui/menu.tsx';
import { placeMenu } from '../../ui/place-menu.ts';
import styles from './popup.module.css';

interface Props {
  label: string;
  anchor: MenuAnchor;
  onClose: () => void;
  className?: string | undefined;
  children: ReactNode;
}

/** Something small beside what opened it, on phones at the bottom; open for as long as it is drawn. */
export function Popup({ label, anchor, onClose, className, children }: Props) {
  const ref = useRef<HTMLDivElement>(null);
  const close = useRef(onClose);
  close.current = onClose;

  useLayoutEffect(() => {
    const popup = ref.current;
    if (!popup) return;
    const before = document.activeElement;
    popup.showPopover();
    placeMenu(popup, anchor);
    popup.querySelector<HTMLElement>('button')?.focus({ preventScroll: true });
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
      className={classes(styles.popup, className)}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        event.stopPropagation();
        onClose();
      }}
    >
      {children}
    </div>
  );
}
