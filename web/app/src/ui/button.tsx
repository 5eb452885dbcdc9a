import type { ButtonHTMLAttributes } from 'react';
import styles from './button.module.css';
import { classes } from './classes.ts';
import { Icon, type IconName } from './icon.tsx';

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: 'accent' | 'plain' | 'quiet' | 'danger';
  icon?: IconName;
  /** The act is under way: the button keeps its size and name, and does nothing more. */
  isBusy?: boolean;
}

/** A button with words. */
export function Button({
  look = 'plain',
  icon,
  isBusy = false,
  className,
  children,
  onClick,
  ...rest
}: Props) {
  return (
    <button
      type="button"
      {...rest}
      aria-disabled={isBusy || undefined}
      onClick={isBusy ? (event) => event.preventDefault() : onClick}
      className={classes(styles.button, styles[look], isBusy && styles.busy, className)}
    >
      {icon && <Icon name={icon} size={18} />}
      {children}
    </button>
  );
}
