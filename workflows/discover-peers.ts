import type { TaskInput } from '../api/task-input.ts';
import type { TaskOutcome } from '../api/task-outcome.ts';
import { runTask } from './run-task.ts';

/**
 * Writes a node's peers into its config.toml. Only a RestartSeid makes seid read them.
 *
 * @throws ApplicationFailure of type = the reason, details = the outcome, when the task failed.
 */
export async function DiscoverPeers(input: TaskInput<'DiscoverPeers'>): Promise<TaskOutcome> {
  return await runTask('DiscoverPeers', input);
}
