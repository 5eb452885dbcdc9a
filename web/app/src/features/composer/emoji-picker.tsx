import { EmojiPicker as Picker } from 'frimousse';
import styles from './emoji-picker.module.css';

/** All emoji, to search and choose from. Loaded when it is first opened; its data comes from our own server. */
export default function EmojiPicker({ onPick }: { onPick: (emoji: string) => void }) {
  const locale = navigator.language.startsWith('zh') ? 'zh' : 'en';
  return (
    <Picker.Root
      className={styles.picker}
      locale={locale}
      emojibaseUrl="/emoji"
      onEmojiSelect={({ emoji }) => onPick(emoji)}
    >
      <Picker.Search
        className={styles.search}
        placeholder="Search emoji"
        aria-label="Search emoji"
        autoFocus
      />
      <Picker.Viewport className={styles.viewport}>
        <Picker.Loading className={styles.note}>Loading…</Picker.Loading>
        <Picker.Empty className={styles.note}>No emoji found</Picker.Empty>
        <Picker.List
          className={styles.list}
          components={{
            CategoryHeader: ({ category, ...props }) => (
              <div {...props} className={styles.category}>
                {category.label}
              </div>
            ),
            Row: (props) => <div {...props} className={styles.row} />,
            Emoji: ({ emoji, ...props }) => (
              <button {...props} type="button" className={styles.emoji}>
                {emoji.emoji}
              </button>
            ),
          }}
        />
      </Picker.Viewport>
    </Picker.Root>
  );
}
