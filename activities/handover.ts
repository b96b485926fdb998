import { ApplicationFailure } from '@temporalio/common';

/**
 * The failure with which a waiting activity leaves a process that shuts down, so that another worker goes on with the
 * wait at once instead of after a heartbeat timeout.
 */
export function handover(): ApplicationFailure {
  return ApplicationFailure.create({
    type: 'WorkerShutdown',
    message: 'This worker is shutting down; another one goes on with the wait.',
    nextRetryDelay: '100 milliseconds',
  });
}
