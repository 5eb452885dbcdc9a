import { useParley } from '../../store.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { classes } from '../../ui/classes.ts';
import { useWatch } from '../../view/watch.ts';
import styles from './search-results.module.css';
import type { Found } from './use-search.ts';

interface Props {
  id: string;
  threads: Found[];
  people: Found[];
  note: string | null;
  /** Which of them Enter opens. */
  at: number;
  onPoint: (at: number) => void;
  onOpen: (found: Found) => void;
}

/** The id of one option, for the search box to point at. */
export const optionId = (listId: string, at: number) => `${listId}-${at}`;

/** What the search found. The focus stays in the search box; arrow keys and Enter choose here. */
export function SearchResults({ id, threads, people, note, at, onPoint, onOpen }: Props) {
  const all = [...threads, ...people];
  useWatch(
    'search',
    all.map((found) => personOf(found).id),
  );
  const option = (found: Found, index: number) => (
    <Option
      key={`${found.kind}${found.id}`}
      id={optionId(id, index)}
      found={found}
      isAt={index === at}
      onPoint={() => onPoint(index)}
      onOpen={() => onOpen(found)}
    />
  );
  return (
    <>
      <div id={id} role="listbox" aria-label="Search results" className={styles.results}>
        {threads.length > 0 && (
          // biome-ignore lint/a11y/useSemanticElements: a group of options, not of fields.
          <div role="group" aria-label="Chats">
            <p className={styles.heading} aria-hidden="true">
              Chats
            </p>
            {threads.map((found, index) => option(found, index))}
          </div>
        )}
        {people.length > 0 && (
          // biome-ignore lint/a11y/useSemanticElements: a group of options, not of fields.
          <div role="group" aria-label="People">
            <p className={styles.heading} aria-hidden="true">
              People
            </p>
            {people.map((found, index) => option(found, threads.length + index))}
          </div>
        )}
      </div>
      <p className={styles.note} role="status">
        {note}
      </p>
    </>
  );
}

const personOf = (found: Found) => (found.kind === 'thread' ? found.thread.peer : found.person);

interface OptionProps {
  id: string;
  found: Found;
  isAt: boolean;
  onPoint: () => void;
  onOpen: () => void;
}

function Option({ id, found, isAt, onPoint, onOpen }: OptionProps) {
  const person = personOf(found);
  const presence = useParley(`presence:${person.id}`);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the search box has the keys.
    // biome-ignore lint/a11y/useFocusableInteractive: the search box keeps the focus and points here.
    <div
      id={id}
      role="option"
      aria-selected={isAt}
      className={classes(styles.option, isAt && styles.at)}
      onPointerMove={isAt ? undefined : onPoint}
      // The focus, and a phone's keyboard with it, stays where it is.
      onMouseDown={(event) => event.preventDefault()}
      onClick={onOpen}
    >
      <Avatar person={person} size={40} isOnline={presence?.online} />
      <span className={styles.lines}>
        <bdi className={classes('at-start', styles.name)}>
          {found.kind === 'thread' ? found.thread.name : person.fullName}
        </bdi>
        <bdi className={classes('at-start', styles.username)}>@{person.username}</bdi>
      </span>
    </div>
  );
}
