import { lazy, Suspense } from 'react';
import type { MenuAnchor } from '../../ui/menu.tsx';
import styles from './emoji-popup.module.css';
import { Popup } from './popup.tsx';

const EmojiPicker = lazy(() => import('./emoji-picker.tsx'));

interface Props {
  label: string;
  anchor: MenuAnchor;
  onPick: (emoji: string) => void;
  onClose: () => void;
}

/** The emoji picker beside what opened it. */
export function EmojiPopup({ label, anchor, onPick, onClose }: Props) {
  return (
    <Popup label={label} anchor={anchor} onClose={onClose} className={styles.picker}>
      <Suspense>
        <EmojiPicker onPick={onPick} />
      </Suspense>
    </Popup>
  );
}
