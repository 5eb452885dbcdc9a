import { useEffect, useState } from 'react';
import { navigate } from 'wouter/use-browser-location';
import { useParleyClient } from '../../store.ts';
import { closeDetails } from '../../view/details.ts';
import { focusSearch } from '../threads/focus-search.ts';
import { useFolder } from '../threads/folder.ts';
import { neighbour } from '../threads/neighbour.ts';
import { hasText, isTyping } from './keys.ts';

/** The keys that work anywhere on the page, and whether the map of them is open. */
export function useShortcuts(): { isOpen: boolean; close: () => void } {
  const { store } = useParleyClient();
  const [isOpen, setOpen] = useState(false);

  useEffect(() => {
    const goTo = (step: 1 | -1) => {
      const threads = store.get('threads');
      const open = /^\/t\/([^/]+)/u.exec(location.pathname)?.[1];
      const ids = (useFolder.getState().folder === 'archived' ? threads?.archivedIds : threads?.ids) ?? [];
      const shown = ids.filter((id) => store.get(`thread:${id}`)?.preview);
      const next = neighbour(shown, open, step);
      // From one thread to the next is one step of the history, so that going back leads to the list.
      if (next) navigate(`/t/${next}`, { replace: open !== undefined, state: history.state });
    };

    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || document.querySelector('dialog[open]')) return;
      const { key } = event;
      if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && key.toLowerCase() === 'k') {
        event.preventDefault();
        if (location.pathname.startsWith('/settings')) navigate('/');
        focusSearch();
      } else if (
        event.altKey &&
        !event.ctrlKey &&
        !event.metaKey &&
        (key === 'ArrowUp' || key === 'ArrowDown')
      ) {
        event.preventDefault();
        goTo(key === 'ArrowDown' ? 1 : -1);
      } else if (key === '?' && !isTyping(event)) {
        event.preventDefault();
        setOpen(true);
      } else if (key === 'Escape' && !hasText(event) && !document.querySelector('[popover]:popover-open')) {
        stepBack();
      }
    };

    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, [store]);

  return { isOpen, close: () => setOpen(false) };
}

function stepBack(): void {
  const { pathname } = location;
  if (pathname.startsWith('/t/') && closeDetails()) return;
  if (/^\/t\/[^/]+\/./u.test(pathname)) history.back();
  else if (pathname !== '/') navigate('/');
}
