import { useMe } from '../../store.ts';
import { Button } from '../../ui/button.tsx';
import { showToast } from '../../ui/toasts.ts';
import { copyText } from '../../view/copy.ts';
import styles from './first-thread.module.css';
import { focusSearch } from './focus-search.ts';

/** What stands where the list will be, until there is somebody to talk with. */
export function FirstThread() {
  const { username } = useMe();

  const copyInvite = async () => {
    const link = `${location.origin}/with/${encodeURIComponent(username)}`;
    const worked = await copyText(link);
    showToast(worked ? 'Invite link copied.' : `Your invite link: ${link}`);
  };

  return (
    <div className={styles.place}>
      <Drawing />
      <p className={styles.sentence}>Nobody here yet. Find somebody you know, or ask them in.</p>
      <div className={styles.buttons}>
        <Button look="accent" icon="search" onClick={focusSearch}>
          Find someone
        </Button>
        <Button icon="link" onClick={copyInvite}>
          Copy invite link
        </Button>
      </div>
    </div>
  );
}

/** Two chairs at a table, two cups, and room for a conversation above them. */
function Drawing() {
  return (
    <svg
      className={styles.drawing}
      width="200"
      height="150"
      viewBox="0 0 200 150"
      fill="none"
      aria-hidden="true"
    >
      <ellipse className={styles.ground} cx="100" cy="136" rx="84" ry="9" />
      <path
        className={styles.bubbleBack}
        d="M58 14h34a16 16 0 0 1 16 16v8a16 16 0 0 1-16 16H70c-3 5-7 8-13 9 2-3 3-6 3-9.2A16 16 0 0 1 42 38v-8a16 16 0 0 1 16-16Z"
      />
      <path
        className={styles.bubbleFront}
        d="M108 30h34a16 16 0 0 1 16 16v8a16 16 0 0 1-18 15.8c0 3.2 1 6.2 3 9.2-6-1-10-4-13-9h-22a16 16 0 0 1-16-16v-8a16 16 0 0 1 16-16Z"
      />
      <g className={styles.dots}>
        <circle cx="114" cy="50" r="3.5" />
        <circle cx="125" cy="50" r="3.5" />
        <circle cx="136" cy="50" r="3.5" />
      </g>
      <g className={styles.line}>
        <path d="M62 104h76M72 104v30M128 104v30" />
        <path d="M26 84c-2 14-1 24 3 30h22v20M29 114v20M174 84c2 14 1 24-3 30h-22v20M171 114v20" />
        <path d="M78 104v-8h14v8M92 98h3a3 3 0 0 1 0 6h-3M122 104v-8h-14v8M108 98h-3a3 3 0 0 0 0 6h3" />
        <path
          className={styles.steam}
          d="M83 91c-2-3 2-4 0-8M88 91c-2-3 2-4 0-8M112 91c-2-3 2-4 0-8M117 91c-2-3 2-4 0-8"
        />
      </g>
    </svg>
  );
}
