import { ParleyError } from '@parley/client';
import { useEffect, useId, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { useMe, useParley, useParleyClient } from '../../store.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { Icon } from '../../ui/icon.tsx';
import { IconButton } from '../../ui/icon-button.tsx';
import { showToast } from '../../ui/toasts.ts';
import { goDeeper, useGoBack } from '../../view/go-back.ts';
import { useIsNarrow } from '../../view/media.ts';
import { ConnectionLine } from '../shell/connection-line.tsx';
import { FirstThread } from './first-thread.tsx';
import { focusSearch } from './focus-search.ts';
import { showFolder, useFolder } from './folder.ts';
import { SearchBox } from './search-box.tsx';
import { optionId, SearchResults } from './search-results.tsx';
import { Skeleton } from './skeleton.tsx';
import { ThreadList } from './thread-list.tsx';
import styles from './threads-pane.module.css';
import { useListed } from './use-listed.ts';
import { type Found, useSearch } from './use-search.ts';

/** The left side: oneself, the search box, and all conversations. */
export function ThreadsPane({ openId }: { openId: string | null }) {
  const parley = useParleyClient();
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const listId = useId();
  const found = useSearch(query);
  const all = [...found.threads, ...found.people];
  const isSearching = query.trim() !== '';
  const active = Math.min(at, all.length - 1);

  const ask = (next: string) => {
    setQuery(next);
    setAt(0);
  };

  const open = async (one: Found | undefined) => {
    if (!one) return;
    try {
      const thread = one.kind === 'thread' ? one.id : await parley.startThread(one.id);
      ask('');
      goDeeper(`/t/${thread}`);
    } catch (error) {
      showToast(error instanceof ParleyError ? error.message : 'That did not work. Try again.');
    }
  };

  return (
    <nav className={styles.pane} aria-label="Chats">
      <Header />
      <div className={styles.search}>
        <SearchBox
          query={query}
          onQuery={ask}
          listId={listId}
          activeId={active >= 0 ? optionId(listId, active) : undefined}
          onMove={(step) => {
            const next = (active + step + all.length) % Math.max(1, all.length);
            setAt(next);
            document.getElementById(optionId(listId, next))?.scrollIntoView({ block: 'nearest' });
          }}
          onEnter={() => open(all[active])}
        />
      </div>
      {openId === null && <ConnectionLine takesRoom />}
      {isSearching ? (
        <SearchResults id={listId} {...found} at={active} onPoint={setAt} onOpen={open} />
      ) : (
        <Threads openId={openId} />
      )}
    </nav>
  );
}

function Header() {
  const me = useMe();
  const { folder } = useFolder();
  if (folder === 'archived') return <ArchivedHeader />;
  return (
    <header className={styles.header}>
      <Link
        href="/settings"
        className={styles.me}
        aria-label="Your profile and settings"
        title="Profile and settings"
      >
        <Avatar person={me} size={36} />
      </Link>
      <h1 className={styles.title}>Chats</h1>
      <IconButton icon="compose" label="New conversation" onClick={focusSearch} />
    </header>
  );
}

function ArchivedHeader() {
  const isNarrow = useIsNarrow();
  const goBack = useGoBack('/');
  return (
    <header className={styles.header}>
      <IconButton
        icon="back"
        label="Back to chats"
        onClick={() => {
          showFolder('inbox');
          if (isNarrow) goBack();
        }}
      />
      <h1 className={styles.title}>Archived</h1>
    </header>
  );
}

const NONE: readonly string[] = [];

function Threads({ openId }: { openId: string | null }) {
  const threads = useParley('threads');
  const { folder } = useFolder();
  const [path] = useLocation();
  const inbox = useListed(threads?.ids ?? NONE, openId);
  const archived = useListed(threads?.archivedIds ?? NONE, openId);

  // On a phone the folder is a page of its own, so that going back leaves it.
  useEffect(() => {
    if (path === '/archived') showFolder('archived');
    else if (path === '/') showFolder('inbox');
  }, [path]);

  if (!threads) return <Skeleton />;
  if (folder === 'archived') {
    if (archived.length === 0) return <p className={styles.nothing}>Nothing is archived.</p>;
    return <ThreadList key="archived" label="Archived conversations" ids={archived} openId={openId} />;
  }
  const lead = archived.length > 0 && <ArchivedRow count={archived.length} />;
  if (inbox.length > 0 || !threads.isComplete) {
    return <ThreadList key="inbox" label="Conversations" ids={inbox} openId={openId} lead={lead} />;
  }
  return (
    <>
      {lead}
      <FirstThread />
    </>
  );
}

function ArchivedRow({ count }: { count: number }) {
  const isNarrow = useIsNarrow();
  return (
    <button
      type="button"
      className={styles.archived}
      onClick={() => {
        if (isNarrow) goDeeper('/archived');
        else showFolder('archived');
      }}
    >
      <span className={styles.archivedIcon}>
        <Icon name="archive" size={20} />
      </span>
      <span className={styles.archivedName}>Archived</span>
      <span className={styles.archivedCount}>{count.toLocaleString()}</span>
    </button>
  );
}
