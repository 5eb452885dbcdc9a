import { type MouseEvent, type PointerEvent, useEffect, useRef } from 'react';

const HOLD_MS = 450;
const SLIP_PX = 10;

/**
 * Handlers for a finger that rests: it opens what a mouse finds by hovering or by its other button, when the finger
 * leaves. Opened earlier, the browser would take the leaving for a press beside the menu, and close it. From the
 * moment on that the hold counts, the element carries `data-held`.
 */
export function useLongPress(onHold: (target: HTMLElement, at: { x: number; y: number }) => void) {
  const state = useRef({ timer: 0, x: 0, y: 0, isTouch: false, isHeld: false });

  const cancel = () => clearTimeout(state.current.timer);
  const end = (event: PointerEvent<HTMLElement>) => {
    cancel();
    const target = event.currentTarget;
    if (!('held' in target.dataset)) return;
    delete target.dataset.held;
    const { x, y } = state.current;
    setTimeout(() => onHold(target, { x, y }));
  };
  useEffect(() => () => clearTimeout(state.current.timer), []);

  return {
    onPointerDown(event: PointerEvent<HTMLElement>) {
      const now = state.current;
      now.isHeld = false;
      now.isTouch = event.pointerType === 'touch';
      cancel();
      if (!now.isTouch) return;
      const target = event.currentTarget;
      now.x = event.clientX;
      now.y = event.clientY;
      now.timer = window.setTimeout(() => {
        now.isHeld = true;
        navigator.vibrate?.(8);
        target.dataset.held = '';
      }, HOLD_MS);
    },
    onPointerMove(event: PointerEvent) {
      const { x, y } = state.current;
      if (Math.hypot(event.clientX - x, event.clientY - y) > SLIP_PX) cancel();
    },
    onPointerUp: end,
    onPointerCancel: end,
    /** The click that ends a hold is no click. */
    onClickCapture(event: MouseEvent) {
      if (!state.current.isHeld) return;
      state.current.isHeld = false;
      event.preventDefault();
      event.stopPropagation();
    },
    /** The browser's own menu would lie over ours; a mouse keeps it. */
    onContextMenu(event: MouseEvent<HTMLElement>) {
      if (state.current.isTouch) event.preventDefault();
    },
  };
}
