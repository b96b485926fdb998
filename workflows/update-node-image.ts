import type { TaskInput } from '../api/task-input.ts';
import type { TaskOutcome } from '../api/task-outcome.ts';
import { runTask } from './run-task.ts';

/**
 * Sets a SeiNode's image and ends when the node runs it; unbounded unless `timeoutSeconds` is set.
 *
 * @throws ApplicationFailure of type = the reason, details = the outcome, when the task failed.
 */
export async function UpdateNodeImage(input: TaskInput<'UpdateNodeImage'>): Promise<TaskOutcome> {
  return await runTask('UpdateNodeImage', input);
}
