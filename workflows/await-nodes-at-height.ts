import type { TaskInput } from '../api/task-input.ts';
import type { TaskOutcome } from '../api/task-outcome.ts';
import { runTask } from './run-task.ts';

/**
 * Waits until a node has reached `payload.targetHeight`; unbounded unless `timeoutSeconds` is set.
 *
 * @throws ApplicationFailure of type = the reason, details = the outcome, when the task failed.
 */
export async function AwaitNodesAtHeight(input: TaskInput<'AwaitNodesAtHeight'>): Promise<TaskOutcome> {
  return await runTask('AwaitNodesAtHeight', input);
}
