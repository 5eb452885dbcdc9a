import type { Schedule } from './schedule.ts';

/** Schedules that failed once, as small as they could be made, with what they had found. */
export const regressions: { found: string; schedule: Schedule }[] = [
  {
    found: '[C4] an acknowledged message whose thread is removed before its change comes leaves the outbox',
    schedule: {
      cast: 'one',
      disk: 'memory',
      luck: 0,
      isTight: false,
      steps: [
        { kind: 'send', who: 0, pick: 0 },
        { kind: 'deleteThread', who: 0, pick: 5 },
      ],
    },
  },
  {
    found: '[C5] messages of two tabs, made within one millisecond, keep their order over a crash',
    schedule: {
      cast: 'tabs',
      disk: 'memory',
      luck: 0,
      isTight: false,
      steps: [
        { kind: 'send', who: 0, pick: 0 },
        { kind: 'send', who: 0, pick: 0 },
        { kind: 'send', who: 0, pick: 3 },
        { kind: 'crash', who: 0, pick: 0 },
      ],
    },
  },
  {
    found:
      '[C5] messages that were made after the clock went back a day are still sent after those before, over a crash',
    schedule: {
      cast: 'one',
      disk: 'memory',
      luck: 0,
      isTight: false,
      steps: [
        { kind: 'down', who: 0, pick: 0 },
        { kind: 'send', who: 0, pick: 0 },
        { kind: 'jump', who: 0, pick: 0 },
        { kind: 'restart', who: 0, pick: 0 },
        { kind: 'send', who: 0, pick: 0 },
        { kind: 'restart', who: 0, pick: 0 },
      ],
    },
  },
  {
    found: 'what changes after the clock went back a day is shown at once, not a day later',
    schedule: {
      cast: 'one',
      disk: 'memory',
      luck: 0,
      isTight: false,
      steps: [
        { kind: 'forbid', who: 0, pick: 0 },
        { kind: 'send', who: 0, pick: 0 },
        { kind: 'jump', who: 0, pick: 0 },
        { kind: 'deliver', who: 0, pick: 0 },
      ],
    },
  },
  {
    found: '[S4] an open thread that was removed elsewhere and comes back shows what brought it back',
    schedule: {
      cast: 'one',
      disk: 'memory',
      luck: 0,
      isTight: false,
      steps: [
        { kind: 'open', who: 0, pick: 0 },
        { kind: 'deliverAll', who: 0, pick: 0 },
        { kind: 'elsewhereDeletes', who: 0, pick: 5 },
        { kind: 'deliverAll', who: 0, pick: 0 },
        { kind: 'peerSends', who: 0, pick: 0 },
      ],
    },
  },
  {
    found: '[S6] after a reset an open thread is caught up without waiting for the next change',
    schedule: {
      cast: 'engines',
      disk: 'memory',
      luck: 0,
      isTight: true,
      steps: [
        { kind: 'restore', who: 0, pick: 0 },
        { kind: 'duplicate', who: 0, pick: 0 },
        { kind: 'lose', who: 0, pick: 3 },
        { kind: 'open', who: 1, pick: 0 },
        { kind: 'send', who: 1, pick: 0 },
        { kind: 'deafen', who: 1, pick: 0 },
        { kind: 'send', who: 1, pick: 7 },
      ],
    },
  },
  {
    found:
      '[C2] a message that comes while the newest page is under way is shown, not at the next change only',
    schedule: {
      cast: 'one',
      disk: 'memory',
      luck: 0,
      isTight: true,
      steps: [
        { kind: 'deleteThread', who: 0, pick: 5 },
        { kind: 'send', who: 0, pick: 0 },
        { kind: 'open', who: 0, pick: 0 },
        { kind: 'send', who: 0, pick: 0 },
        { kind: 'peerSends', who: 0, pick: 0 },
        { kind: 'down', who: 0, pick: 0 },
        { kind: 'elsewhereSends', who: 0, pick: 7 },
      ],
    },
  },
  {
    found: '[C4][C6] what was acknowledged stays so when another engine on the same disk was faster',
    schedule: {
      cast: 'engines',
      disk: 'memory',
      luck: 0,
      isTight: false,
      steps: [
        { kind: 'open', who: 3, pick: 0 },
        { kind: 'deliverAll', who: 1, pick: 0 },
        { kind: 'peerSends', who: 0, pick: 0 },
        { kind: 'send', who: 0, pick: 0 },
        { kind: 'deafen', who: 0, pick: 0 },
        { kind: 'send', who: 0, pick: 0 },
      ],
    },
  },
  {
    found: '[C4] what another engine stored is not shown beside the bubble of the one that waits for it',
    schedule: {
      cast: 'engines',
      disk: 'memory',
      luck: 0,
      isTight: false,
      steps: [
        { kind: 'open', who: 1, pick: 0 },
        { kind: 'send', who: 0, pick: 0 },
        { kind: 'deliver', who: 0, pick: 0 },
        { kind: 'down', who: 0, pick: 0 },
        { kind: 'open', who: 0, pick: 0 },
        { kind: 'deliver', who: 1, pick: 2 },
        { kind: 'wait', who: 0, pick: 2 },
        { kind: 'newest', who: 0, pick: 0 },
      ],
    },
  },
  {
    found: '[C5] a read mark that finds no room on the disk does not take the one before it away',
    schedule: {
      cast: 'one',
      disk: 'memory',
      luck: 0,
      isTight: false,
      steps: [
        { kind: 'open', who: 0, pick: 0 },
        { kind: 'deliverAll', who: 0, pick: 0 },
        { kind: 'read', who: 0, pick: 0 },
        { kind: 'fill', who: 0, pick: 0 },
        { kind: 'read', who: 0, pick: 1 },
        { kind: 'restart', who: 0, pick: 0 },
      ],
    },
  },
  {
    found: '[C3][C6] two engines that write at the same version do not mix their runs on the disk',
    schedule: {
      cast: 'engines',
      disk: 'memory',
      luck: 711369,
      isTight: false,
      steps: [
        { kind: 'hold', who: 0, pick: 0 },
        { kind: 'peerSends', who: 0, pick: 0 },
        { kind: 'open', who: 3, pick: 0 },
        { kind: 'send', who: 0, pick: 0 },
        { kind: 'duplicate', who: 3, pick: 0 },
        { kind: 'deliverAll', who: 0, pick: 0 },
        { kind: 'silence', who: 1, pick: 0 },
        { kind: 'cut', who: 0, pick: 0 },
        { kind: 'cut', who: 1, pick: 0 },
        { kind: 'wait', who: 0, pick: 9 },
        { kind: 'down', who: 0, pick: 0 },
        { kind: 'open', who: 0, pick: 0 },
      ],
    },
  },
  {
    found: '[S4] an answer that was read before a thread went does not bring it back',
    schedule: {
      cast: 'engines',
      disk: 'memory',
      luck: 0,
      isTight: false,
      steps: [
        { kind: 'update', who: 1, pick: 0 },
        { kind: 'deliver', who: 3, pick: 0 },
        { kind: 'crash', who: 0, pick: 0 },
        { kind: 'elsewhereDeletes', who: 0, pick: 5 },
      ],
    },
  },
  {
    found: '[S4] a late answer to a deletion does not take a thread away that a message has brought back',
    schedule: {
      cast: 'engines',
      disk: 'memory',
      luck: 0,
      isTight: false,
      steps: [
        { kind: 'deleteThread', who: 0, pick: 7 },
        { kind: 'send', who: 3, pick: 7 },
      ],
    },
  },
  {
    found:
      '[C2] an open thread whose changes were asked for in vain is asked for again while the socket lives on',
    schedule: {
      cast: 'one',
      disk: 'memory',
      luck: 0,
      isTight: false,
      steps: [
        { kind: 'peerSends', who: 0, pick: 0 },
        { kind: 'open', who: 0, pick: 7 },
        { kind: 'lose', who: 0, pick: 0 },
        { kind: 'send', who: 0, pick: 7 },
        { kind: 'deliverAll', who: 0, pick: 0 },
        { kind: 'silence', who: 0, pick: 0 },
      ],
    },
  },
  {
    found: 'a page that was lost is fetched when older messages are asked for, its error not just forgotten',
    schedule: {
      cast: 'one',
      disk: 'memory',
      luck: 0,
      isTight: false,
      steps: [
        { kind: 'open', who: 0, pick: 0 },
        { kind: 'lose', who: 0, pick: 0 },
        { kind: 'older', who: 0, pick: 0 },
      ],
    },
  },
  {
    found: '[S7] what an earlier life of the database left on a slow disk is not taken for the new one',
    schedule: {
      cast: 'people',
      disk: 'memory',
      luck: 0,
      isTight: false,
      steps: [
        { kind: 'backup', who: 0, pick: 0 },
        { kind: 'open', who: 1, pick: 0 },
        { kind: 'deliverAll', who: 1, pick: 0 },
        { kind: 'hold', who: 1, pick: 0 },
        { kind: 'wait', who: 0, pick: 1 },
        { kind: 'peerReacts', who: 0, pick: 0 },
        { kind: 'deliverAll', who: 3, pick: 0 },
        { kind: 'restore', who: 0, pick: 0 },
        { kind: 'wait', who: 0, pick: 2 },
      ],
    },
  },
  {
    found: '[S7] a new epoch is seen in the welcome already, should the reset after it not come',
    schedule: {
      cast: 'people',
      disk: 'memory',
      luck: 0,
      isTight: false,
      steps: [
        { kind: 'backup', who: 0, pick: 0 },
        { kind: 'send', who: 0, pick: 0 },
        { kind: 'deliver', who: 0, pick: 2 },
        { kind: 'restore', who: 0, pick: 0 },
        { kind: 'deliver', who: 0, pick: 1 },
        { kind: 'lose', who: 0, pick: 7 },
      ],
    },
  },
  {
    found: '[C3] a page that was jumped to is not overtaken by changes between its check and its use',
    schedule: {
      cast: 'one',
      disk: 'memory',
      luck: 0,
      isTight: false,
      steps: [
        { kind: 'restart', who: 0, pick: 0 },
        { kind: 'open', who: 0, pick: 0 },
        { kind: 'up', who: 0, pick: 0 },
        { kind: 'around', who: 0, pick: 2 },
        { kind: 'wait', who: 0, pick: 2 },
        { kind: 'deliverAll', who: 0, pick: 0 },
        { kind: 'purge', who: 0, pick: 1 },
      ],
    },
  },
];
