import type { TaskInput } from '../api/task-input.ts';
import type { TaskOutcome } from '../api/task-outcome.ts';
import { runTask } from './run-task.ts';

/**
 * Votes on a proposal with a node's key; done when the transaction is included in a block.
 *
 * @throws ApplicationFailure of type = the reason, details = the outcome, when the task failed.
 */
export async function GovVote(input: TaskInput<'GovVote'>): Promise<TaskOutcome> {
  return await runTask('GovVote', input);
}
