import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { pollInterval } from '../api/poll-interval.ts';
import { leaveWait } from './leave-wait.ts';

export interface Wait<Result> {
  /** Looks once; `undefined` = not yet. What it throws ends the wait. */
  readonly look: (signal: AbortSignal) => Promise<Result | undefined>;
  /** Start of the wait, in milliseconds since the epoch; it sets the pace, also across attempts. */
  readonly sinceMs: number;
  /** In milliseconds since the epoch; absent = unbounded. */
  readonly deadlineMs?: number | undefined;
  /** Aborted when the process shuts down. */
  readonly shutdown: AbortSignal;
}

/**
 * Looks again and again until there is a result. `look` heartbeats.
 *
 * @returns `undefined` past the deadline.
 * @throws CancelledFailure when the activity is cancelled, ApplicationFailure `WorkerShutdown` when the process stops.
 */
export async function waitUntil<Result>(wait: Wait<Result>): Promise<Result | undefined> {
  const { cancellationSignal } = Context.current();
  const signal = AbortSignal.any([cancellationSignal, wait.shutdown]);
  const deadlineMs = wait.deadlineMs ?? Number.POSITIVE_INFINITY;
  try {
    for (;;) {
      const result = await wait.look(signal);
      const nowMs = Date.now();
      if (result !== undefined || nowMs >= deadlineMs) return result;
      const interval = pollInterval(nowMs - wait.sinceMs, Math.random());
      await sleep(Math.min(interval, deadlineMs - nowMs), undefined, { signal });
    }
  } catch (error) {
    return leaveWait(error, wait.shutdown);
  }
}
