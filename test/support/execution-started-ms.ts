import type { SeiNodeTask } from '../../api/sei-node-task.ts';

/** When the execution time began, in milliseconds since the epoch and of a whole second; NaN where it has not. */
export function executionStartedMs({ status }: SeiNodeTask): number {
  return Date.parse(status?.task?.executionStartedAt ?? '');
}
