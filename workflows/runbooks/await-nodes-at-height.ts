import type { NodeReference } from '../../api/node-reference.ts';
import type { TaskOutcome } from '../../api/temporal/task-outcome.ts';
import { runChildTask, type ServiceQueue } from './child-task.ts';
import { forEachNode } from './for-each-node.ts';

export interface HeightOptions extends ServiceQueue {
  /** Height that each node has to reach, from 1. */
  readonly targetHeight: number;
  /** Longest wait, in whole seconds. Default: no limit. */
  readonly timeoutSeconds?: number;
  /** Ends the ids of the child workflows. Default: `await-height`, after `<namespace>/<node>/`. */
  readonly step?: string;
}

/**
 * Waits until every node has reached a height: one child workflow per node, all at the same time. When the runbook is
 * cancelled, the waits are taken off the sidecars.
 *
 * @returns The outcome of each wait, in the order of the nodes.
 * @throws ApplicationFailure as `forEachNode` does, after the last wait has ended, when a node has not reached the height.
 */
export async function awaitNodesAtHeight(
  nodes: readonly NodeReference[],
  { targetHeight, timeoutSeconds, step = 'await-height', taskQueue }: HeightOptions,
): Promise<readonly TaskOutcome[]> {
  return await forEachNode(
    nodes,
    async ({ namespace, name }) =>
      await runChildTask(
        {
          step: `${namespace}/${name}/${step}`,
          kind: 'AwaitNodesAtHeight',
          input: { node: { namespace, name }, payload: { targetHeight }, timeoutSeconds },
        },
        { taskQueue },
      ),
    { maxUnavailable: Number.MAX_SAFE_INTEGER, onFailure: 'Continue' },
  );
}
