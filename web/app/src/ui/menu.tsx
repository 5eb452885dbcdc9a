import { type KeyboardEvent, type ReactNode, useLayoutEffect, useRef } from 'react';
import { classes } from './classes.ts';
import { Icon, type IconName } from './icon.tsx';
import styles from './menu.module.css';
import { placeMenu } from './place-menu.ts';

/** Where a menu opens: beside the element that was pressed, or at a point of the screen. */
export type MenuAnchor = HTMLElement | { x: number; y: number };

export interface MenuItem {
  label: string;
  icon?: IconName;
  isDanger?: boolean;
  onSelect: () => void;
}

interface Props {
  /** What the menu is of, for a screen reader. */
  label: string;
  anchor: MenuAnchor;
  items: MenuItem[];
  onClose: () => void;
  /** Stands above the items, e.g. a row of reactions. */
  header?: ReactNode;
}

/** A menu, open for as long as it is drawn; with a coarse pointer on a narrow screen it is a sheet at the bottom. */
export function Menu({ label, anchor, items, onClose, header }: Props) {
  const ref = useRef<HTMLDivElement>(null);
  const close = useRef(onClose);
  close.current = onClose;

  useLayoutEffect(() => {
    const menu = ref.current;
    if (!menu) return;
    const before = document.activeElement;
    menu.showPopover();
    placeMenu(menu, anchor);
    menu.querySelector<HTMLElement>('button')?.focus({ preventScroll: true });
    const onToggle = (event: Event) => {
      if ((event as ToggleEvent).newState === 'closed') close.current();
    };
    menu.addEventListener('toggle', onToggle);
    const dismiss = () => close.current();
    addEventListener('resize', dismiss);
    return () => {
      menu.removeEventListener('toggle', onToggle);
      removeEventListener('resize', dismiss);
      const hadFocus = menu.contains(document.activeElement) || document.activeElement === document.body;
      menu.hidePopover();
      if (hadFocus && before instanceof HTMLElement && before.isConnected)
        before.focus({ preventScroll: true });
    };
  }, [anchor]);

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>('button')];
    const at = buttons.indexOf(document.activeElement as HTMLElement);
    const go = (index: number) => {
      event.preventDefault();
      buttons[(index + buttons.length) % buttons.length]?.focus();
    };
    if (event.key === 'ArrowDown') go(at + 1);
    else if (event.key === 'ArrowUp') go(at - 1);
    else if (event.key === 'Home') go(0);
    else if (event.key === 'End') go(-1);
    else if (event.key === 'Tab' || event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      onClose();
    } else if (event.key.length === 1 && /\S/u.test(event.key)) {
      const letter = event.key.toLocaleLowerCase();
      const next = [...buttons.slice(at + 1), ...buttons.slice(0, at + 1)];
      next.find((button) => button.textContent?.trim().toLocaleLowerCase().startsWith(letter))?.focus();
    }
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys belong to the buttons inside.
    <div ref={ref} popover="auto" className={styles.menu} onKeyDown={onKeyDown}>
      {header}
      <div role="menu" aria-label={label}>
        {items.map((item) => (
          <button
            key={item.label}
            type="button"
            role="menuitem"
            tabIndex={-1}
            className={classes(styles.item, item.isDanger && styles.danger)}
            onClick={() => {
              onClose();
              item.onSelect();
            }}
          >
            {item.icon && <Icon name={item.icon} size={18} />}
            {item.label}
          </button>
        ))}
      </div>
    </div>
  );
}
