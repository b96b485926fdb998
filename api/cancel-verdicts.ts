import { present } from './present.ts';
import { printable } from './printable.ts';
import { asSentence } from './provenance.ts';
import type { TaskKind } from './task-kinds.ts';
import { failed, NOBODY_KNOWS, type Verdict } from './verdict.ts';

/** The task was watched to its end although it had been cancelled, since the sidecar already had it. */
export function cancelledAfterDispatch(kind: TaskKind, end: Verdict): Verdict {
  const signal = kind === 'RestartSeid' ? ': its SIGTERM to seid had gone out' : '';
  return {
    ...failed('Cancelled', `Cancelled after the sidecar had taken the task${signal}, so it was watched to its end: ${end.message}`),
    ...present({ outputs: end.outputs }),
  };
}

/** Versions whose DELETE forgets the task and lets its work go on (contract §3). */
const UNSTOPPABLE = 'A sidecar of version v0.0.56 or older cannot be stopped from waiting';

/**
 * @param problem - Why the task could not be taken off the sidecar; absent when it was.
 * @param signals - Whether the task sends SIGTERM to seid once its wait is over.
 */
export function cancelledWhileWaiting(problem: string | undefined, signals: boolean): Verdict {
  const later = signals ? `${UNSTOPPABLE}: its SIGTERM to seid can still come. ` : '';
  return failed(
    'Cancelled',
    problem === undefined
      ? `Cancelled while the sidecar was waiting; the task was taken off the sidecar. ${later}Create a new task to wait again.`
      : `Cancelled, but the task could not be taken off the sidecar, which may go on waiting: ${printable(problem)}. ` +
          `${signals ? 'Its SIGTERM to seid can still come. ' : ''}Look at the node before you create a new task.`,
  );
}

/** @param begun - Whether another controller or workflow had begun the task. */
export function cancelledBeforeDispatch(begun = false): Verdict {
  return failed(
    'Cancelled',
    begun
      ? `Cancelled; the sidecar does not have the task, and ${NOBODY_KNOWS}`
      : 'Cancelled before anything was sent to the sidecar; nothing was done. Create a new task to do it after all.',
  );
}

/** The SeiNode's controller carries an image out by itself, so a cancelled task leaves it to that. */
export function cancelledAfterImage(image: string): Verdict {
  return failed(
    'Cancelled',
    `Cancelled after ${printable(image)} was set as the SeiNode's spec.image, which stays; its controller goes on with it. ` +
      'Create a new task with another image to go back.',
  );
}

/** Adds why somebody cancelled to the verdict of a cancelled task. */
export function withWhy(verdict: Verdict, why: string): Verdict {
  if (verdict.reason !== 'Cancelled' || why === '') return verdict;
  return { ...verdict, message: `${verdict.message} Cancelled because: ${asSentence(why)}` };
}

export function resourceGone(): Verdict {
  return failed('Cancelled', 'The SeiNodeTask was deleted before anything was sent to the sidecar; nothing was done.');
}

export function resourceAlreadyTerminal(): Verdict {
  return failed(
    'Cancelled',
    'The SeiNodeTask had already reached its end before anything was sent to the sidecar; nothing was done.',
  );
}
