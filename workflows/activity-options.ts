import type { ActivityOptions } from '@temporalio/workflow';
import { heartbeatTimeout } from '../core/heartbeat-timeout.ts';

/** A few bounded calls; the server waits this long before it gives up on a lost worker. */
export const SHORT: ActivityOptions = {
  startToCloseTimeout: '30 seconds',
  retry: { initialInterval: '250 milliseconds', maximumInterval: '10 seconds' },
  cancellationType: 'TRY_CANCEL',
};

/**
 * Whether the task was sent must be known before anything else is decided. A second attempt must not begin while a POST
 * of the first is on its way: that takes 5 s, right after a heartbeat that Temporal has taken.
 */
export const DISPATCH: ActivityOptions = {
  startToCloseTimeout: '365 days',
  heartbeatTimeout: '30 seconds',
  retry: { initialInterval: '100 milliseconds', maximumInterval: '5 seconds' },
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
};

/**
 * A loop that waits: many questions, one activity, a flat history. After 30 s without a heartbeat another worker
 * takes over.
 */
export function waiting(): ActivityOptions {
  return {
    startToCloseTimeout: '365 days',
    heartbeatTimeout: '30 seconds',
    retry: { initialInterval: '100 milliseconds', maximumInterval: '5 seconds' },
    cancellationType: 'TRY_CANCEL',
  };
}

/**
 * A loop that watches a task.
 *
 * @param isBounded - Whether it is over within minutes: then a lost worker is noticed after 10 s in any case.
 * @param inFlight - Polls of the worker that sent the task. Default: as many as lead to 60 s, which every wait had
 * before.
 */
export function polling(isBounded: boolean, inFlight = 1_200): ActivityOptions {
  return { ...waiting(), heartbeatTimeout: heartbeatTimeout(isBounded ? 0 : inFlight) };
}

/**
 * A wait that takes a permit at its end. Its cancel is waited for: otherwise it could take the permit for a workflow
 * that has closed.
 */
export function acquiring(): ActivityOptions {
  return { ...waiting(), cancellationType: 'WAIT_CANCELLATION_COMPLETED' };
}

/**
 * Beyond what is left of an execution time, in milliseconds, before the server ends an activity that no worker works
 * on: the activity itself ends at the deadline, after a last check of up to 15 s.
 */
export const OVERTIME_MS = 30_000;
