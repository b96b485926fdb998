import type { End } from './ended-task.ts';
import { definitionOf, type TaskKind } from '../api/task-kinds.ts';
import type { PollOutcome, TakenOff } from './activities.ts';
import { LOST_MS, type Sent } from './knowledge.ts';

/** What is done next with a task that has a plan. */
export type Step =
  /** Wait until its target is as it must be, and its node is free. */
  | { readonly do: 'await-target' }
  /** Hand it to its sidecar, or set the image. */
  | { readonly do: 'dispatch' }
  /** Watch it. */
  | { readonly do: 'poll' }
  /** Take it off its sidecar, since it will not be watched any longer. */
  | { readonly do: 'take-off'; readonly by: 'cancellation' | 'deadline' | 'loss' }
  | { readonly do: 'end'; readonly end: End };

/** What decisions are made from. */
export interface Situation {
  readonly kind: TaskKind;
  readonly sent: Sent;
  /** Whether it was cancelled. */
  readonly isCancelled: boolean;
  /** Whether it has a longest execution time. */
  readonly isBounded: boolean;
  /** Whether it must not be sent: it was begun before, and only what became of it is looked for. */
  readonly onlyWatched?: boolean | undefined;
}

const CANCELLED: Step = { do: 'end', end: { by: 'cancellation', takenOff: false } };
const TOO_LATE: Step = { do: 'end', end: { by: 'deadline', takenOff: false } };

/** @param state - What the check of its target found, or how the wait for it ended. */
export function afterTarget(state: 'ready' | 'waiting', situation: Situation): Step {
  const { kind, sent, isCancelled, onlyWatched } = situation;
  if (isCancelled && sent === 'no') return CANCELLED;
  if (state === 'waiting') return { do: 'await-target' };
  // One that others began is looked for, not sent. To set an image once more does no harm.
  const isSent = !isCancelled && (!onlyWatched || definitionOf(kind).endsWith === 'image');
  return isSent ? { do: 'dispatch' } : beforePoll(situation);
}

/** How a dispatch ended, except when the resource is gone or terminal. */
export type DispatchEnd =
  | { readonly state: 'accepted' | 'running' | 'completed' | 'failed' | 'gone' | 'late' | 'busy' | 'cancelled' }
  | { readonly state: 'refused'; readonly words: string };

export function afterDispatch(dispatched: DispatchEnd, situation: Situation): Step {
  switch (dispatched.state) {
    case 'busy':
      return afterTarget('waiting', situation);
    case 'refused':
      return { do: 'end', end: { by: 'refusal', words: dispatched.words } };
    case 'gone':
      return { do: 'end', end: { by: 'absence' } };
    case 'late':
      return situation.sent === 'no' ? TOO_LATE : { do: 'poll' };
    case 'cancelled':
      return afterInterruptedDispatch(situation);
    case 'failed':
      return { do: 'poll' };
    default:
      return afterAcceptance(dispatched.state, situation);
  }
}

/** An end that is there already is read, also by a task that is cancelled. */
function afterAcceptance(state: 'accepted' | 'running' | 'completed', situation: Situation): Step {
  if (definitionOf(situation.kind).endsWith === 'acceptance') return { do: 'end', end: { by: 'acceptance' } };
  return state === 'completed' ? { do: 'poll' } : beforePoll(situation);
}

/** It is interrupted by a cancel, or by a change of the execution time. */
function afterInterruptedDispatch(situation: Situation): Step {
  if (!situation.isCancelled) return { do: 'dispatch' };
  return situation.sent === 'no' ? CANCELLED : beforePoll(situation);
}

/**
 * What only waits is taken off the sidecar when it is cancelled; an image stays, and all else that was sent is watched
 * to its end.
 */
function beforePoll({ kind, isCancelled }: Situation): Step {
  if (!isCancelled) return { do: 'poll' };
  if (definitionOf(kind).onlyWaits) return { do: 'take-off', by: 'cancellation' };
  return definitionOf(kind).endsWith === 'image' ? CANCELLED : { do: 'poll' };
}

/**
 * The resource is gone or terminal, and the sidecar does not have a task that may have been sent: a POST may still
 * arrive, and nothing must be armed then.
 */
export function afterLossOfResource({ kind }: Situation): Step {
  return definitionOf(kind).onlyWaits ? { do: 'take-off', by: 'cancellation' } : CANCELLED;
}

/** What watching came to. `interrupted`: by a cancel or a change of the execution time. */
export type PollEnd = PollOutcome | { readonly state: 'interrupted' };

export function afterPoll(polled: PollEnd, situation: Situation): Step {
  switch (polled.state) {
    case 'completed':
    case 'failed':
      return { do: 'end', end: { by: 'report', report: polled, height: polled.height } };
    case 'interrupted':
      return beforePoll(situation);
    case 'gone':
      return { do: 'end', end: { by: 'absence' } };
    case 'absent':
      return CANCELLED;
    case 'lost':
      return definitionOf(situation.kind).onlyWaits
        ? { do: 'take-off', by: 'loss' }
        : { do: 'end', end: { by: 'loss', afterMs: LOST_MS } };
    default:
      return afterDeadline(situation);
  }
}

/** Without an execution time, only a task that was cancelled has a deadline. */
function afterDeadline({ kind, isBounded }: Situation): Step {
  if (definitionOf(kind).onlyWaits) return { do: 'take-off', by: 'deadline' };
  return isBounded ? TOO_LATE : CANCELLED;
}

export function afterTakeOff(taken: TakenOff, by: 'cancellation' | 'deadline' | 'loss'): Step {
  if (typeof taken === 'object') return { do: 'end', end: { by: 'report', report: taken } };
  if (taken === 'gone') return { do: 'end', end: { by: 'absence' } };
  return { do: 'end', end: by === 'loss' ? { by, afterMs: LOST_MS } : { by, takenOff: true } };
}
