import type { TaskObservation, TaskReport } from './sidecar-task.ts';
import type { Transaction } from './transaction.ts';

/** How an attempt to hand a task to the sidecar ended. */
export type Dispatch =
  /** The sidecar answered 201. */
  | { readonly state: 'accepted' }
  /** The sidecar had the id already, so nothing was sent: a failed id that is sent again runs again. */
  | TaskObservation
  /** The sidecar will not take this task, in its own words. */
  | { readonly state: 'refused'; readonly words: string }
  /** The execution time was over before the task was known to be sent. `problem`: what kept it, if anything did. */
  | { readonly state: 'late'; readonly problem?: string };

/** What a poll came to: the task's end, or that of the execution time. */
export type PollEnd =
  | TaskReport
  /** `pending`: the transaction that was last seen to wait for its inclusion. */
  | { readonly state: 'deadline'; readonly problem?: string; readonly pending?: Transaction };
