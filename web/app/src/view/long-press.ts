import { type MouseEvent, type PointerEvent, useEffect, useRef } from 'react';

const HOLD_MS = 450;
const SLIP_PX = 10;

/** Calls back when a finger rests here. The click that would follow is swallowed. */
export function useLongPress(onHold: (at: { x: number; y: number }) => void) {
  const state = useRef({ timer: 0, x: 0, y: 0, held: false });

  const cancel = () => clearTimeout(state.current.timer);
  useEffect(() => () => clearTimeout(state.current.timer), []);

  return {
    onPointerDown(event: PointerEvent) {
      const now = state.current;
      now.held = false;
      if (event.pointerType !== 'touch') return;
      now.x = event.clientX;
      now.y = event.clientY;
      clearTimeout(now.timer);
      now.timer = window.setTimeout(() => {
        now.held = true;
        onHold({ x: now.x, y: now.y });
      }, HOLD_MS);
    },
    onPointerMove(event: PointerEvent) {
      const { x, y } = state.current;
      if (Math.hypot(event.clientX - x, event.clientY - y) > SLIP_PX) cancel();
    },
    onPointerUp: cancel,
    onPointerCancel: cancel,
    onClickCapture(event: MouseEvent) {
      if (!state.current.held) return;
      state.current.held = false;
      event.preventDefault();
      event.stopPropagation();
    },
  };
}
