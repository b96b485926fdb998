import type { TaskInput } from '../api/task-input.ts';
import type { TaskOutcome } from '../api/task-outcome.ts';
import { runTask } from './run-task.ts';

/**
 * Submits a software upgrade proposal with a node's key; done when the transaction is included in a block.
 *
 * @throws ApplicationFailure of type = the reason, details = the outcome, when the task failed.
 */
export async function GovSoftwareUpgrade(input: TaskInput<'GovSoftwareUpgrade'>): Promise<TaskOutcome> {
  return await runTask('GovSoftwareUpgrade', input);
}
