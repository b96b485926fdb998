import type { TaskInput } from '../api/temporal/task-input.ts';
import type { TaskOutcome } from '../api/temporal/task-outcome.ts';
import { runTask } from './run-task.ts';

/*
 * Generated from api/kinds/ by `npm run generate`; do not edit.
 *
 * One workflow for each kind of task. Each returns the outcome of a task that is Complete, and throws
 * ApplicationFailure of type = the reason, details = the outcome, when the task failed, or CancelledFailure when it was
 * cancelled.
 */

/**
 * Submits a software upgrade proposal. Ends when the transaction is included in a block. Unbounded unless
 * `timeoutSeconds` is set.
 */
export async function GovSoftwareUpgrade(input: TaskInput<'GovSoftwareUpgrade'>): Promise<TaskOutcome> {
  return await runTask('GovSoftwareUpgrade', input);
}

/**
 * Votes on a proposal. Ends when the transaction is included in a block. Unbounded unless `timeoutSeconds` is set.
 */
export async function GovVote(input: TaskInput<'GovVote'>): Promise<TaskOutcome> {
  return await runTask('GovVote', input);
}

/**
 * Submits a parameter change proposal. Ends when the transaction is included in a block. Unbounded unless
 * `timeoutSeconds` is set.
 */
export async function GovParamChange(input: TaskInput<'GovParamChange'>): Promise<TaskOutcome> {
  return await runTask('GovParamChange', input);
}

/**
 * Waits for a condition on the node, then optionally acts. The condition is a height; the action is a SIGTERM to seid,
 * sent by the sidecar. Unbounded unless `timeoutSeconds` is set.
 */
export async function AwaitCondition(input: TaskInput<'AwaitCondition'>): Promise<TaskOutcome> {
  return await runTask('AwaitCondition', input);
}

/**
 * Sets the image of the SeiNode and waits until it runs. Unbounded unless `timeoutSeconds` is set.
 */
export async function UpdateNodeImage(input: TaskInput<'UpdateNodeImage'>): Promise<TaskOutcome> {
  return await runTask('UpdateNodeImage', input);
}

/**
 * Waits until the node reaches a height. Unbounded unless `timeoutSeconds` is set.
 */
export async function AwaitNodesAtHeight(input: TaskInput<'AwaitNodesAtHeight'>): Promise<TaskOutcome> {
  return await runTask('AwaitNodesAtHeight', input);
}

/**
 * Writes the SeiNode's peers into config.toml; a RestartSeid makes seid read it. In at most 2m0s unless
 * `timeoutSeconds` is set.
 */
export async function DiscoverPeers(input: TaskInput<'DiscoverPeers'>): Promise<TaskOutcome> {
  return await runTask('DiscoverPeers', input);
}

/**
 * Restarts the seid process in place; the sidecar stays up. Ends when the RPC of seid serves again. seid may then still
 * be catching up: follow with AwaitNodesAtHeight. In at most 10m0s unless `timeoutSeconds` is set.
 */
export async function RestartSeid(input: TaskInput<'RestartSeid'>): Promise<TaskOutcome> {
  return await runTask('RestartSeid', input);
}

/**
 * Marks the sidecar ready. Ends when the sidecar has accepted the task. In at most 2m0s unless `timeoutSeconds` is set.
 */
export async function MarkReady(input: TaskInput<'MarkReady'>): Promise<TaskOutcome> {
  return await runTask('MarkReady', input);
}
