import { memo, useState } from 'react';
import { initials, personColour } from '../format/person.ts';
import styles from './avatar.module.css';
import { classes } from './classes.ts';
import { OnlineDot } from './online-dot.tsx';

export interface AvatarPerson {
  id: string;
  fullName: string;
  photo: string | null;
}

interface Props {
  person: AvatarPerson;
  /** Edge in px: 48 in the list, 36 in a header, 28 beside a group. */
  size: number;
  /** Draws the dot of somebody who is here now. */
  isOnline?: boolean | undefined;
  className?: string | undefined;
}

/** A person's photo, or their initials on their colour. The name beside it is what a screen reader reads. */
export const Avatar = memo(function Avatar({ person, size, isOnline = false, className }: Props) {
  const [broken, setBroken] = useState<string | null>(null);
  const hasPhoto = person.photo !== null && person.photo !== broken;
  const colour = personColour(person.id);
  return (
    <span
      className={classes(styles.avatar, className)}
      style={{
        inlineSize: size,
        blockSize: size,
        fontSize: Math.round(size * 0.38),
        backgroundColor: `var(--person-${colour}-soft)`,
        color: `var(--person-${colour}-text)`,
      }}
      aria-hidden="true"
    >
      {hasPhoto ? (
        <img
          className={styles.photo}
          src={photoUrl(person.photo as string, size)}
          alt=""
          width={size}
          height={size}
          decoding="async"
          draggable={false}
          onError={() => setBroken(person.photo)}
        />
      ) : (
        initials(person.fullName)
      )}
      {isOnline && <OnlineDot />}
    </span>
  );
});

/** The smallest stored size that stays sharp at `edge` px on a dense screen. */
function photoUrl(photo: string, edge: number): string {
  const size = edge <= 32 ? 64 : edge <= 128 ? 256 : 1024;
  return `/api/photos/${encodeURIComponent(photo)}?size=${size}`;
}
