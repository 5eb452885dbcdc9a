import type { MenuAnchor } from './menu.tsx';

const GAP = 4;
const EDGE = 8;

/** Puts a shown menu beside its anchor, inside the window: below if there is room, else above. */
export function placeMenu(menu: HTMLElement, anchor: MenuAnchor): void {
  const box =
    anchor instanceof HTMLElement ? anchor.getBoundingClientRect() : new DOMRect(anchor.x, anchor.y, 0, 0);
  const isRtl = getComputedStyle(menu).direction === 'rtl';
  // A button at the right edge opens to the left: the menu keeps to the side where the room is.
  const opensLeft = isRtl ? box.left > menu.offsetWidth : box.left + menu.offsetWidth > innerWidth - EDGE;
  const left = opensLeft ? box.right - menu.offsetWidth : box.left;
  const below = box.bottom + GAP;
  const fits = below + menu.offsetHeight <= innerHeight - EDGE;
  const top = fits ? below : box.top - GAP - menu.offsetHeight;
  const clamp = (value: number, most: number) => Math.max(EDGE, Math.min(value, most - EDGE));
  menu.style.setProperty('--menu-x', `${clamp(left, innerWidth - menu.offsetWidth)}px`);
  menu.style.setProperty('--menu-y', `${clamp(top, innerHeight - menu.offsetHeight)}px`);
}
