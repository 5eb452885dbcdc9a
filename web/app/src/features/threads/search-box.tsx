import type { KeyboardEvent } from 'react';
import { Icon } from '../../ui/icon.tsx';
import { IconButton } from '../../ui/icon-button.tsx';
import { SEARCH_ID } from './focus-search.ts';
import styles from './search-box.module.css';

interface Props {
  query: string;
  onQuery: (query: string) => void;
  /** The list of results, and which of them Enter opens. */
  listId: string;
  activeId: string | undefined;
  onMove: (step: 1 | -1) => void;
  onEnter: () => void;
}

/** Finds conversations and people. */
export function SearchBox({ query, onQuery, listId, activeId, onMove, onEnter }: Props) {
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    // Enter that ends the choice of a Chinese character is not for us.
    if (event.nativeEvent.isComposing || event.altKey) return;
    if (event.key === 'Escape') {
      event.preventDefault();
      if (query) onQuery('');
      else event.currentTarget.blur();
      return;
    }
    if (!query) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      onMove(event.key === 'ArrowDown' ? 1 : -1);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      onEnter();
    }
  };

  return (
    <search className={styles.box}>
      <Icon name="search" size={18} className={styles.icon} />
      <input
        id={SEARCH_ID}
        className={styles.input}
        type="text"
        enterKeyHint="go"
        role="combobox"
        aria-label="Search chats and people"
        aria-autocomplete="list"
        aria-expanded={query.trim() !== ''}
        aria-controls={listId}
        aria-activedescendant={activeId}
        placeholder="Search"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        value={query}
        onChange={(event) => onQuery(event.target.value)}
        onKeyDown={onKeyDown}
      />
      {query && (
        <IconButton
          className={styles.clear}
          icon="close"
          size={16}
          label="Clear the search"
          onClick={() => {
            onQuery('');
            document.getElementById(SEARCH_ID)?.focus();
          }}
        />
      )}
    </search>
  );
}
