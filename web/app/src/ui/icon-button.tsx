import type { ButtonHTMLAttributes, Ref } from 'react';
import { classes } from './classes.ts';
import { Icon, type IconName } from './icon.tsx';
import styles from './icon-button.module.css';

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  icon: IconName;
  /** What it does: its name and its tooltip. */
  label: string;
  size?: number;
  ref?: Ref<HTMLButtonElement>;
}

/** A round button with an icon alone. */
export function IconButton({ icon, label, size = 20, className, ...rest }: Props) {
  return (
    <button
      type="button"
      title={label}
      aria-label={label}
      {...rest}
      className={classes(styles.button, className)}
    >
      <Icon name={icon} size={size} />
    </button>
  );
}
