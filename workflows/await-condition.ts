import type { TaskInput } from '../api/task-input.ts';
import type { TaskOutcome } from '../api/task-outcome.ts';
import { runTask } from './run-task.ts';

/**
 * Waits for a condition on a node and then, with `payload.action`, has the sidecar act; unbounded unless
 * `timeoutSeconds` is set.
 *
 * @throws ApplicationFailure of type = the reason, details = the outcome, when the task failed.
 */
export async function AwaitCondition(input: TaskInput<'AwaitCondition'>): Promise<TaskOutcome> {
  return await runTask('AwaitCondition', input);
}
