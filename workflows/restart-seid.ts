import type { TaskInput } from '../api/task-input.ts';
import type { TaskOutcome } from '../api/task-outcome.ts';
import { runTask } from './run-task.ts';

/**
 * Restarts the `seid` process of a node in place and ends when its RPC serves again. It may then still be catching
 * up: follow with AwaitNodesAtHeight.
 *
 * @throws ApplicationFailure of type = the reason, details = the outcome, when the task failed.
 */
export async function RestartSeid(input: TaskInput<'RestartSeid'>): Promise<TaskOutcome> {
  return await runTask('RestartSeid', input);
}
