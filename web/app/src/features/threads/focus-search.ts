export const SEARCH_ID = 'search';

/** Puts the cursor into the search box, what stands there selected. */
export function focusSearch(): void {
  // The box may have been out of sight until this very moment.
  requestAnimationFrame(() => {
    const box = document.getElementById(SEARCH_ID);
    if (!(box instanceof HTMLInputElement)) return;
    box.focus();
    box.select();
  });
}
