import type { NodeReference } from '../../api/node-reference.ts';
import { runChildTask, validateTasks, type ChildTask } from './child-task.ts';

export interface RestartThenAwaitHeightInput {
  readonly node: NodeReference;
  /** Height at which the node counts as back. */
  readonly targetHeight: number;
  /** Longest wait for the height, in whole seconds. */
  readonly heightTimeoutSeconds: number;
}

/**
 * Restarts a node's seid and waits until it has reached a height. Ends with the first step that fails, and leaves
 * the rest undone.
 *
 * @throws ApplicationFailure when the input is not valid, before anything is started; ChildWorkflowFailure of the step
 * that failed.
 */
export async function RestartThenAwaitHeight({
  node,
  targetHeight,
  heightTimeoutSeconds,
}: RestartThenAwaitHeightInput): Promise<void> {
  const restart: ChildTask<'RestartSeid'> = { step: 'restart', kind: 'RestartSeid', input: { node, payload: {} } };
  const awaitHeight: ChildTask<'AwaitNodesAtHeight'> = {
    step: 'await-height',
    kind: 'AwaitNodesAtHeight',
    input: { node, payload: { targetHeight }, timeoutSeconds: heightTimeoutSeconds },
  };
  await validateTasks([restart, awaitHeight]);
  await runChildTask(restart);
  await runChildTask(awaitHeight);
}
