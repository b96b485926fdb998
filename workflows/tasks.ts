import type { TaskInput } from '../api/temporal/task-input.ts';
import type { TaskOutcome } from '../api/temporal/task-outcome.ts';
import { runTask } from './run-task.ts';

/*
 * One workflow for each kind of task. Each returns the outcome of a task that is Complete, and throws
 * ApplicationFailure of type = the reason, details = the outcome, when the task failed, or CancelledFailure when it was
 * cancelled.
 */

/** Submits a software upgrade proposal and waits for its inclusion. Unbounded unless `timeoutSeconds` is set. */
export const GovSoftwareUpgrade = async (input: TaskInput<'GovSoftwareUpgrade'>): Promise<TaskOutcome> =>
  await runTask('GovSoftwareUpgrade', input);

/** Votes on a proposal and waits for the inclusion. Unbounded unless `timeoutSeconds` is set. */
export const GovVote = async (input: TaskInput<'GovVote'>): Promise<TaskOutcome> => await runTask('GovVote', input);

/** Submits a parameter change proposal and waits for its inclusion. Unbounded unless `timeoutSeconds` is set. */
export const GovParamChange = async (input: TaskInput<'GovParamChange'>): Promise<TaskOutcome> =>
  await runTask('GovParamChange', input);

/**
 * Waits until the node reaches a height, then optionally has the sidecar send SIGTERM to seid. Unbounded unless
 * `timeoutSeconds` is set.
 */
export const AwaitCondition = async (input: TaskInput<'AwaitCondition'>): Promise<TaskOutcome> =>
  await runTask('AwaitCondition', input);

/** Sets a SeiNode's image and ends when the node runs it. Unbounded unless `timeoutSeconds` is set. */
export const UpdateNodeImage = async (input: TaskInput<'UpdateNodeImage'>): Promise<TaskOutcome> =>
  await runTask('UpdateNodeImage', input);

/** Waits until the node reaches a height. Unbounded unless `timeoutSeconds` is set. */
export const AwaitNodesAtHeight = async (input: TaskInput<'AwaitNodesAtHeight'>): Promise<TaskOutcome> =>
  await runTask('AwaitNodesAtHeight', input);

/** Has the sidecar write the SeiNode's peers into config.toml, in at most 2 min. A RestartSeid makes seid read them. */
export const DiscoverPeers = async (input: TaskInput<'DiscoverPeers'>): Promise<TaskOutcome> =>
  await runTask('DiscoverPeers', input);

/**
 * Restarts the `seid` process of a node in place and ends when its RPC serves again, in at most 10 min. seid may then
 * still be catching up: follow with AwaitNodesAtHeight.
 */
export const RestartSeid = async (input: TaskInput<'RestartSeid'>): Promise<TaskOutcome> =>
  await runTask('RestartSeid', input);

/** Marks the sidecar ready, in at most 2 min. */
export const MarkReady = async (input: TaskInput<'MarkReady'>): Promise<TaskOutcome> =>
  await runTask('MarkReady', input);
