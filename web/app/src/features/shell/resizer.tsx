import type { KeyboardEvent, PointerEvent } from 'react';
import { LIST_WIDTH, rememberListWidth, setListWidth, useListWidth } from './list-width.ts';
import styles from './resizer.module.css';

const STEP = 16;

/** The edge between list and conversation, to be dragged or moved by arrow keys. */
export function Resizer() {
  const { width } = useListWidth();

  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    event.preventDefault();
    event.currentTarget.setPointerCapture(event.pointerId);
  };

  const onPointerMove = (event: PointerEvent<HTMLElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const frame = event.currentTarget.closest('main')?.parentElement;
    if (!frame) return;
    const box = frame.getBoundingClientRect();
    const isRtl = getComputedStyle(frame).direction === 'rtl';
    setListWidth(isRtl ? box.right - event.clientX : event.clientX - box.left);
  };

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const widths: Record<string, number> = {
      ArrowLeft: width - STEP,
      ArrowRight: width + STEP,
      Home: LIST_WIDTH.least,
      End: LIST_WIDTH.most,
    };
    const wanted = widths[event.key];
    if (wanted === undefined) return;
    event.preventDefault();
    setListWidth(wanted);
    rememberListWidth();
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: a separator that moves is no <hr>.
    <div
      role="separator"
      tabIndex={0}
      className={styles.resizer}
      aria-label="Width of the list"
      aria-orientation="vertical"
      aria-valuenow={width}
      aria-valuemin={LIST_WIDTH.least}
      aria-valuemax={LIST_WIDTH.most}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={rememberListWidth}
      onDoubleClick={() => {
        setListWidth(LIST_WIDTH.usual);
        rememberListWidth();
      }}
      onKeyDown={onKeyDown}
    />
  );
}
