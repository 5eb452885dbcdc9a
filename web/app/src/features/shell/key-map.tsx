import { Dialog } from '../../ui/dialog.tsx';
import styles from './key-map.module.css';
import { alternate, modifier } from './keys.ts';

const groups = [
  {
    title: 'Anywhere',
    keys: [
      [[modifier, 'K'], 'Go to anyone'],
      [[alternate, '↑'], 'Conversation above'],
      [[alternate, '↓'], 'Conversation below'],
      [['Esc'], 'One step back'],
      [['?'], 'This map'],
    ],
  },
  {
    title: 'Writing',
    keys: [
      [['Enter'], 'Send'],
      [['Shift', 'Enter'], 'New line'],
      [['↑'], 'Edit your last message'],
      [['Esc'], 'Leave a reply or an edit'],
    ],
  },
] as const;

/** The map of the keys. */
export function KeyMap({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keys" onClose={onClose}>
      <div className={styles.groups}>
        {groups.map(({ title, keys }) => (
          <section key={title} aria-label={title}>
            <h3 className={styles.title}>{title}</h3>
            <dl className={styles.keys}>
              {keys.map(([combination, meaning]) => (
                <div key={meaning} className={styles.row}>
                  <dt>{meaning}</dt>
                  <dd>
                    {combination.map((key) => (
                      <kbd key={key}>{key}</kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
