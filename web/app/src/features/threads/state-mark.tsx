import type { SendState, User } from '@parley/client';
import { Avatar } from '../../ui/avatar.tsx';
import { Icon, type IconName } from '../../ui/icon.tsx';
import styles from './state-mark.module.css';

const marks: Record<Exclude<SendState, 'seen'>, [IconName, string]> = {
  sending: ['clock', 'Sending'],
  queued: ['clock', 'Waiting for network'],
  sent: ['tick', 'Sent'],
  delivered: ['twoTicks', 'Delivered'],
  failed: ['alert', 'Not sent'],
};

/** What became of one's own last message: a clock, a tick, two ticks, or the small photo of who has seen it. */
export function StateMark({ state, peer }: { state: SendState; peer: User }) {
  if (state === 'seen') {
    return (
      <span className={styles.mark}>
        <Avatar person={peer} size={16} />
        <span className="visually-hidden">Seen</span>
      </span>
    );
  }
  const [icon, name] = marks[state];
  return (
    <span className={state === 'failed' ? styles.failed : styles.mark}>
      <Icon name={icon} size={16} />
      <span className="visually-hidden">{name}</span>
    </span>
  );
}
