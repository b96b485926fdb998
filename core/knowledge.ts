import { present } from '../lib/present.ts';
import type { TaskObservation } from '../api/sidecar/sidecar-task.ts';
import type { BegunTask } from '../api/temporal/task-input.ts';
import type { Transaction } from '../api/sidecar/transaction.ts';

/**
 * Whether the task was sent. `perhaps`: a POST got no answer, or another controller or workflow had begun the task and
 * left no word on whether it sent it.
 */
export type Sent = 'no' | 'perhaps' | 'yes';

/** How long a sidecar may deny a task that it had accepted, in milliseconds, where no execution time ends the wait. */
export const LOST_MS = 600_000;

/** A POST without an answer may still arrive: it takes at most 5 s here, and as long on its way, in milliseconds. */
export const LATE_POST_MS = 10_000;

/**
 * All that is known of a task at the place that carries it out: its node's sidecar, or the SeiNode for an image. Made
 * by the activity that sends the task, kept in heartbeats and results, and passed as it is: nothing rebuilds it.
 */
export interface Knowledge {
  readonly sent: Sent;
  /** What the last answer said. Unset: no answer yet. */
  readonly seen?: TaskObservation['state'];
  /** Why the last question got no answer, or what keeps the task from being sent. Unset: nothing does. */
  readonly problem?: string;
  /** What came of the last POST instead of an answer that settles it. Unset: none was sent, or it is there. */
  readonly lostPost?: string;
  /** The image that the node was last seen to run while another one rolls out, safe to show. */
  readonly currentImage?: string;
  /** The transaction that was last seen to wait for its inclusion. */
  readonly pending?: Transaction;
}

/** Whether an unchecked workflow input is of a task that another controller or workflow had begun. */
export function isBegun(input: unknown): boolean {
  return (input as { readonly begun?: unknown } | null | undefined)?.begun !== undefined;
}

/** What is known before anything is asked. */
export function knowledgeAtStart(begun: BegunTask | undefined): Knowledge {
  if (begun === undefined) return { sent: 'no' };
  return { sent: begun.accepted ? 'yes' : 'perhaps' };
}

/** After an answer. A task that is there under our id was sent; one that is not may have been forgotten. */
export function afterAnswer({ sent, pending, lostPost }: Knowledge, answer: TaskObservation): Knowledge {
  const isThere =
    answer.state === 'running' || ((answer.state === 'completed' || answer.state === 'failed') && !answer.already);
  return {
    sent: isThere ? 'yes' : sent,
    seen: answer.state,
    ...present({
      pending: isPending(answer) ? answer.transaction : pending,
      lostPost: isThere ? undefined : lostPost,
      currentImage: answer.state === 'running' ? answer.currentImage : undefined,
    }),
  };
}

/** Whether the place that carries it out answers now that it does not have the task. */
export function isAbsent({ seen, problem }: Knowledge): boolean {
  return seen === 'absent' && problem === undefined;
}

/** After a question without an answer. */
export function afterSilence(knowledge: Knowledge, problem: string): Knowledge {
  return { ...knowledge, problem };
}

/** After a POST that was accepted. */
export function afterAcceptance({ pending }: Knowledge): Knowledge {
  return { sent: 'yes', seen: 'running', ...present({ pending }) };
}

/** After a POST without an answer that settles it. @param arrived - Whether it can have reached the sidecar. */
export function afterLostPost(knowledge: Knowledge, problem: string, arrived: boolean): Knowledge {
  return {
    ...knowledge,
    sent: arrived && knowledge.sent === 'no' ? 'perhaps' : knowledge.sent,
    problem,
    lostPost: problem,
  };
}

/**
 * Whether a failed task's transaction may still be included. Only then may a failed id be sent again: the sidecar
 * looks for the earlier transaction instead of sending a second one (contract §1.5).
 */
export function isPending(seen: TaskObservation): seen is Extract<TaskObservation, { state: 'failed' }> {
  return seen.state === 'failed' && seen.transaction?.inclusionStatus === 'pending';
}
