import { type PointerEvent, type SyntheticEvent, useRef } from 'react';

const HOLD_MS = 450;
const SLACK_PX = 10;

/** Handlers for a finger that rests: it opens what a pointer finds by hovering. */
export function useLongPress(onLongPress: (target: HTMLElement) => void) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const start = useRef({ x: 0, y: 0 });
  const isTouch = useRef(false);
  const cancel = () => clearTimeout(timer.current);
  return {
    onPointerDown(event: PointerEvent<HTMLElement>) {
      isTouch.current = event.pointerType === 'touch';
      cancel();
      if (!isTouch.current) return;
      const target = event.currentTarget;
      start.current = { x: event.clientX, y: event.clientY };
      timer.current = setTimeout(() => {
        navigator.vibrate?.(8);
        onLongPress(target);
      }, HOLD_MS);
    },
    onPointerMove(event: PointerEvent<HTMLElement>) {
      const { x, y } = start.current;
      if (Math.hypot(event.clientX - x, event.clientY - y) > SLACK_PX) cancel();
    },
    onPointerUp: cancel,
    onPointerCancel: cancel,
    /** The browser's own menu would lie over ours; a mouse keeps it. */
    onContextMenu(event: SyntheticEvent) {
      if (isTouch.current) event.preventDefault();
    },
  };
}
