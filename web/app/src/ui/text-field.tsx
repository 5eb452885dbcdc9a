import { type InputHTMLAttributes, type Ref, useId, useState } from 'react';
import { classes } from './classes.ts';
import { IconButton } from './icon-button.tsx';
import styles from './text-field.module.css';

interface Props extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  hint?: string;
  /** What is wrong with what was typed, said under the field. */
  error?: string | undefined;
  ref?: Ref<HTMLInputElement>;
}

/** A labelled line of input; a password can be looked at. */
export function TextField({ label, hint, error, type = 'text', className, ...rest }: Props) {
  const id = useId();
  const [isShown, setShown] = useState(false);
  const isPassword = type === 'password';
  const note = error ?? hint;
  return (
    <div className={classes(styles.field, className)}>
      <label className={styles.label} htmlFor={id}>
        {label}
      </label>
      <div className={styles.box}>
        <input
          {...rest}
          id={id}
          type={isPassword && isShown ? 'text' : type}
          className={classes(styles.input, isPassword && styles.withButton)}
          aria-invalid={error !== undefined}
          aria-describedby={note === undefined ? undefined : `${id}-note`}
        />
        {isPassword && (
          <IconButton
            className={styles.show}
            icon={isShown ? 'eyeOff' : 'eye'}
            label={isShown ? 'Hide password' : 'Show password'}
            aria-pressed={isShown}
            onClick={() => setShown(!isShown)}
          />
        )}
      </div>
      {note !== undefined && (
        <p id={`${id}-note`} className={error === undefined ? styles.hint : styles.error}>
          {note}
        </p>
      )}
    </div>
  );
}
