import { useEffect } from 'react';

/**
 * Keeps `--viewport-height` and `--viewport-top` at what can be seen of the page. A phone's keyboard shrinks the visual
 * viewport, not the page; a frame of this size keeps its last line above the keyboard.
 */
export function useVisualViewport(): void {
  useEffect(() => {
    const viewport = window.visualViewport;
    if (!viewport) return;
    const { style } = document.documentElement;
    const update = () => {
      // Pinching in is a look at a detail, not a smaller window.
      if (viewport.scale > 1.01) return;
      style.setProperty('--viewport-height', `${viewport.height}px`);
      style.setProperty('--viewport-top', `${viewport.offsetTop}px`);
    };
    update();
    viewport.addEventListener('resize', update);
    viewport.addEventListener('scroll', update);
    return () => {
      viewport.removeEventListener('resize', update);
      viewport.removeEventListener('scroll', update);
      style.removeProperty('--viewport-height');
      style.removeProperty('--viewport-top');
    };
  }, []);
}
