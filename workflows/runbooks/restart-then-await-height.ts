import { executeChild, workflowInfo } from '@temporalio/workflow';
import type { NodeReference } from '../../api/task-input.ts';
import { AwaitNodesAtHeight } from '../await-nodes-at-height.ts';
import { RestartSeid } from '../restart-seid.ts';

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
 */
export async function RestartThenAwaitHeight(input: RestartThenAwaitHeightInput): Promise<void> {
  const { node, targetHeight, heightTimeoutSeconds } = input;
  const { workflowId } = workflowInfo();
  await executeChild(RestartSeid, {
    workflowId: `${workflowId}/restart`,
    staticSummary: `RestartSeid ${node.namespace}/${node.name}`,
    args: [{ node, payload: {} }],
  });
  await executeChild(AwaitNodesAtHeight, {
    workflowId: `${workflowId}/await-height`,
    staticSummary: `AwaitNodesAtHeight ${node.namespace}/${node.name} ${targetHeight}`,
    args: [{ node, payload: { targetHeight }, timeoutSeconds: heightTimeoutSeconds }],
  });
}
