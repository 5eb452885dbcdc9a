import type { ReactNode } from 'react';

/** What one icon is made of: lines on a grid of 24, drawn in the text's colour. */
const shapes = {
  search: <path d="M16.2 16.2 20 20M18 11a7 7 0 1 1-14 0 7 7 0 0 1 14 0Z" />,
  compose: (
    <path d="M12 4.5H7A2.5 2.5 0 0 0 4.5 7v10A2.5 2.5 0 0 0 7 19.5h10a2.5 2.5 0 0 0 2.5-2.5v-5M10 14l.6-2.9 7.2-7.2a1.6 1.6 0 0 1 2.3 2.3l-7.2 7.2L10 14Z" />
  ),
  back: <path d="M19 12H5.5M11.5 5.5 5 12l6.5 6.5" />,
  close: <path d="m6 6 12 12M18 6 6 18" />,
  more: (
    <g fill="currentColor" stroke="none">
      <circle cx="5.5" cy="12" r="1.7" />
      <circle cx="12" cy="12" r="1.7" />
      <circle cx="18.5" cy="12" r="1.7" />
    </g>
  ),
  pin: (
    <path d="m14.5 3.8 5.7 5.7-2 .6-3.6 3.6-.3 4.2-1.5 1.5L4.6 11.2l1.5-1.5 4.2-.3 3.6-3.6.6-2ZM8.6 15.4 4 20" />
  ),
  unpin: (
    <path d="m14.5 3.8 5.7 5.7-2 .6-3.6 3.6-.3 4.2-1.5 1.5L4.6 11.2l1.5-1.5 4.2-.3 3.6-3.6.6-2ZM8.6 15.4 4 20M4 4l16 16" />
  ),
  bell: <path d="M6.5 16.5V11a5.5 5.5 0 0 1 11 0v5.5l1.5 1.8H5l1.5-1.8ZM10 20.5h4M12 5.3V3.8" />,
  muted: (
    <path d="M8.2 7A5.5 5.5 0 0 1 17.5 11v4M6.6 10.3l-.1.7v5.5L5 18.3h13.2M10 20.5h4M12 5.3V3.8M4 4l16 16.5" />
  ),
  archive: <path d="M4 5h16v4H4V5ZM5.5 9v8.5A1.5 1.5 0 0 0 7 19h10a1.5 1.5 0 0 0 1.5-1.5V9M10 12.5h4" />,
  unarchive: (
    <path d="M4 5h16v4H4V5ZM5.5 9v8.5A1.5 1.5 0 0 0 7 19h10a1.5 1.5 0 0 0 1.5-1.5V9M12 16.5v-5M9.8 13.6 12 11.4l2.2 2.2" />
  ),
  trash: (
    <path d="M4.5 6.5h15M9 6.5V5a1 1 0 0 1 1-1h4a1 1 0 0 1 1 1v1.5M6.5 6.5l.7 11.6A1.5 1.5 0 0 0 8.7 19.5h6.6a1.5 1.5 0 0 0 1.5-1.4l.7-11.6M10 10.5v5M14 10.5v5" />
  ),
  tick: <path d="m5 12.8 4.4 4.4L19 7.5" />,
  twoTicks: <path d="m2.5 12.8 4.2 4.2L15.5 8M11.2 16.3l.8.7L21.5 8" />,
  clock: <path d="M12 7.5V12l3 2M20 12a8 8 0 1 1-16 0 8 8 0 0 1 16 0Z" />,
  alert: <path d="M12 7.8v5M12 16.1v.1M20.5 12a8.5 8.5 0 1 1-17 0 8.5 8.5 0 0 1 17 0Z" />,
  send: (
    <path fill="currentColor" strokeLinejoin="round" d="M5 11.9 4.2 4.8 20 12 4.2 19.2 5 12.1l7-.1-7-.1Z" />
  ),
  smile: (
    <path d="M20.5 12a8.5 8.5 0 1 1-17 0 8.5 8.5 0 0 1 17 0ZM8.5 14.2s1.2 1.8 3.5 1.8 3.5-1.8 3.5-1.8M9.2 9.6v.3M14.8 9.6v.3" />
  ),
  react: (
    <path d="M19.6 9.5a8.5 8.5 0 1 1-5-5.6M8.5 14.2s1.2 1.8 3.5 1.8 3.5-1.8 3.5-1.8M9.2 9.6v.3M14.8 9.6v.3M19 2.5v5M16.5 5h5" />
  ),
  reply: <path d="M9.5 6 4 11.5 9.5 17M4.5 11.5H14a5.5 5.5 0 0 1 5.5 5.5v1.5" />,
  edit: (
    <path d="m5 19 .8-3.9L16.2 4.7a1.9 1.9 0 0 1 2.7 0l.4.4a1.9 1.9 0 0 1 0 2.7L8.9 18.2 5 19ZM14.5 6.5l3 3" />
  ),
  copy: (
    <path d="M9 9V6.5A1.5 1.5 0 0 1 10.5 5h7A1.5 1.5 0 0 1 19 6.5v7a1.5 1.5 0 0 1-1.5 1.5H15M6.5 9h7a1.5 1.5 0 0 1 1.5 1.5v7a1.5 1.5 0 0 1-1.5 1.5h-7A1.5 1.5 0 0 1 5 17.5v-7A1.5 1.5 0 0 1 6.5 9Z" />
  ),
  settings: (
    <path d="M14.8 12a2.8 2.8 0 1 1-5.6 0 2.8 2.8 0 0 1 5.6 0ZM10.6 4.2h2.8l.5 2 1.5.9 2-.6 1.4 2.4-1.5 1.4v1.8l1.5 1.4-1.4 2.4-2-.6-1.5.9-.5 2h-2.8l-.5-2-1.5-.9-2 .6-1.4-2.4 1.5-1.4v-1.8L5.2 8.9l1.4-2.4 2 .6 1.5-.9.5-2Z" />
  ),
  down: <path d="m6 9.5 6 6 6-6" />,
  right: <path d="m9.5 6 6 6-6 6" />,
  arrowDown: <path d="M12 5v13.5M5.5 12.5 12 19l6.5-6.5" />,
  camera: (
    <path d="M8.5 7 10 4.8h4L15.5 7H18A1.8 1.8 0 0 1 19.8 8.8v8.4A1.8 1.8 0 0 1 18 19H6a1.8 1.8 0 0 1-1.8-1.8V8.8A1.8 1.8 0 0 1 6 7h2.5ZM15.2 12.8a3.2 3.2 0 1 1-6.4 0 3.2 3.2 0 0 1 6.4 0Z" />
  ),
  signOut: (
    <path d="M13.5 4.5H7A1.5 1.5 0 0 0 5.5 6v12A1.5 1.5 0 0 0 7 19.5h6.5M10.5 12H20M16.5 8.5 20 12l-3.5 3.5" />
  ),
  devices: (
    <path d="M3.5 17V7A1.5 1.5 0 0 1 5 5.5h11M2.5 18.5h9M15.5 9H20a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1h-4.5a1 1 0 0 1-1-1v-8a1 1 0 0 1 1-1Z" />
  ),
  person: <path d="M15.5 8a3.5 3.5 0 1 1-7 0 3.5 3.5 0 0 1 7 0ZM5 19.5c.4-3.4 3.4-5.5 7-5.5s6.6 2.1 7 5.5" />,
  personAdd: (
    <path d="M13 8a3.5 3.5 0 1 1-7 0 3.5 3.5 0 0 1 7 0ZM3 19.5c.4-3.4 3-5.5 6.5-5.5s6.1 2.1 6.5 5.5M18.5 7v5M16 9.5h5" />
  ),
  lock: (
    <path d="M7 10.5h10a1.5 1.5 0 0 1 1.5 1.5v6a1.5 1.5 0 0 1-1.5 1.5H7A1.5 1.5 0 0 1 5.5 18v-6A1.5 1.5 0 0 1 7 10.5ZM8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5" />
  ),
  look: (
    <path d="M12 3.5v2M12 18.5v2M3.5 12h2M18.5 12h2M6 6l1.4 1.4M16.6 16.6 18 18M18 6l-1.4 1.4M7.4 16.6 6 18M15.5 12a3.5 3.5 0 1 1-7 0 3.5 3.5 0 0 1 7 0Z" />
  ),
  keyboard: (
    <path d="M4.5 6.5h15A1.5 1.5 0 0 1 21 8v8a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 16V8a1.5 1.5 0 0 1 1.5-1.5ZM6.5 10h.1M10 10h.1M13.8 10h.1M17.4 10h.1M8 14h8" />
  ),
  eye: (
    <path d="M2.5 12S6 5.8 12 5.8 21.5 12 21.5 12 18 18.2 12 18.2 2.5 12 2.5 12ZM14.8 12a2.8 2.8 0 1 1-5.6 0 2.8 2.8 0 0 1 5.6 0Z" />
  ),
  eyeOff: (
    <path d="M9.8 6.1A9 9 0 0 1 12 5.8c6 0 9.5 6.2 9.5 6.2a16 16 0 0 1-2.3 3M6.3 7.5A15.5 15.5 0 0 0 2.5 12S6 18.2 12 18.2a9.2 9.2 0 0 0 4.7-1.3M9.9 10.2a2.8 2.8 0 0 0 3.9 3.9M4 4l16 16" />
  ),
  link: (
    <path d="m10 14 4-4M11 7.5l1.7-1.7a3.9 3.9 0 0 1 5.5 5.5L16.5 13M13 16.5l-1.7 1.7a3.9 3.9 0 0 1-5.5-5.5L7.5 11" />
  ),
  markRead: (
    <path d="M19.5 8.5v6.3a2.2 2.2 0 0 1-2.2 2.2H11l-4 3v-3h-.3a2.2 2.2 0 0 1-2.2-2.2V7.7a2.2 2.2 0 0 1 2.2-2.2h7.6M9 11.2l2.3 2.3 7.2-8" />
  ),
  info: <path d="M12 11v5M12 8v.1M20.5 12a8.5 8.5 0 1 1-17 0 8.5 8.5 0 0 1 17 0Z" />,
  plus: <path d="M12 5.5v13M5.5 12h13" />,
} satisfies Record<string, ReactNode>;

export type IconName = keyof typeof shapes;

/** One of our icons. It says nothing to a screen reader: what it stands on has the name. */
export function Icon({
  name,
  size = 20,
  className,
}: {
  name: IconName;
  size?: number;
  className?: string | undefined;
}) {
  return (
    <svg
      className={className}
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.7"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {shapes[name]}
    </svg>
  );
}
