import { workflowInfo } from '@temporalio/workflow';
import type { TaskOutcome } from '../api/task-outcome.ts';
import { runTask } from './run-task.ts';

/** Serves every workflow type that has no function of its own, so that no resource is left without a verdict. */
export default async function UnsupportedKind(input: unknown): Promise<TaskOutcome> {
  return await runTask(workflowInfo().workflowType, input);
}
