import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';

/**
 * What a wait that failed ends with. In a process that shuts down another worker goes on with the wait at once instead of
 * after a heartbeat timeout.
 *
 * @throws CancelledFailure when the activity is cancelled, ApplicationFailure `WorkerShutdown` when the process stops,
 * otherwise the error itself.
 */
export function leaveWait(error: unknown, shutdown: AbortSignal): never {
  Context.current().cancellationSignal.throwIfAborted();
  if (!shutdown.aborted) throw error;
  throw ApplicationFailure.create({
    type: 'WorkerShutdown',
    message: 'This worker is shutting down; another one goes on with the wait.',
    nextRetryDelay: '100 milliseconds',
  });
}
