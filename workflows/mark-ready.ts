import type { TaskInput } from '../api/task-input.ts';
import type { TaskOutcome } from '../api/task-outcome.ts';
import { runTask } from './run-task.ts';

/**
 * Marks a node's sidecar ready; done as soon as the sidecar has taken the task.
 *
 * @throws ApplicationFailure of type = the reason, details = the outcome, when the task failed.
 */
export async function MarkReady(input: TaskInput<'MarkReady'>): Promise<TaskOutcome> {
  return await runTask('MarkReady', input);
}
