import { workflowInfo, type ActivityOptions, type LocalActivityOptions } from '@temporalio/workflow';
import { pollTaskQueue } from '../api/task-queues.ts';

/** One attempt is at most three bounded calls; the server waits this long before it gives up on a lost worker. */
export const SINGLE_CALL: ActivityOptions = {
  startToCloseTimeout: '20 seconds',
  retry: { initialInterval: '250 milliseconds', maximumInterval: '10 seconds' },
  cancellationType: 'TRY_CANCEL',
};

/** Whether a dispatch landed must be known before anything else is decided, also when the task is cancelled. */
export const DISPATCH: ActivityOptions = {
  ...SINGLE_CALL,
  heartbeatTimeout: '15 seconds',
  retry: { initialInterval: '250 milliseconds', maximumInterval: '5 seconds' },
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
};

/**
 * Beyond the deadline, in milliseconds: the server gives up as soon as the next attempt would come too late, which is
 * up to one retry interval too early. An attempt after the deadline sends nothing and says so.
 */
export const DISPATCH_OVERTIME_MS = 10_000;

/** A loop that waits: many polls, one activity, a flat history. Polls have a task queue of their own. */
export function pollOptions(): ActivityOptions {
  return {
    taskQueue: pollTaskQueue(workflowInfo().taskQueue),
    startToCloseTimeout: '1 hour',
    heartbeatTimeout: '15 seconds',
    retry: { initialInterval: '100 milliseconds', maximumInterval: '5 seconds' },
    cancellationType: 'TRY_CANCEL',
  };
}

/**
 * What is asked or done once more at the end. Bounded by attempts, not by a time that would run out unused while no
 * worker is there: a sidecar that hangs costs about 15 s.
 */
export const LAST_CALL: ActivityOptions = {
  ...SINGLE_CALL,
  retry: { initialInterval: '500 milliseconds', maximumAttempts: 3 },
};

/** An extra that nobody waits long for. */
export const READ_HEIGHT: LocalActivityOptions = {
  startToCloseTimeout: '5 seconds',
  retry: { maximumAttempts: 1 },
  cancellationType: 'TRY_CANCEL',
};

/** Decides nothing by itself: what cannot be read now is read again before anything is sent. */
export const READ_SIDECAR: LocalActivityOptions = {
  startToCloseTimeout: '6 seconds',
  retry: { initialInterval: '100 milliseconds', maximumAttempts: 2 },
  cancellationType: 'TRY_CANCEL',
};

/**
 * After this a restart of others is looked at anew, in milliseconds: RestartSeid's own envelope, above the sidecar's
 * worst case of 6.5 min (contract §1.6).
 */
export const LONGEST_RESTART_MS = 600_000;

/** Waits in the worker for short hiccups of the API server, on the Temporal server for long ones. */
export const INTERMEDIATE_MIRROR: LocalActivityOptions = {
  startToCloseTimeout: '10 seconds',
  localRetryThreshold: '1 second',
  retry: { initialInterval: '100 milliseconds', maximumInterval: '10 seconds' },
  cancellationType: 'TRY_CANCEL',
};
