import { CancellationScope, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { NodeReference } from '../../api/node-reference.ts';
import type { Activities } from '../../core/activities.ts';
import { SHORT, acquiring } from '../activity-options.ts';
import type { ServiceQueue } from './child-task.ts';

/**
 * Holds a node over several steps of a runbook: nothing else of this service changes it until the last step is over.
 *
 * @param steps - Called with the id of the workflow that holds the permit: pass it as `permitHolder` to each task.
 */
export async function withNodePermit<Result>(
  node: NodeReference,
  steps: (permitHolder: string) => Promise<Result>,
  { taskQueue }: ServiceQueue = {},
): Promise<Result> {
  const { acquireNodePermit } = proxyActivities<Activities>({
    ...acquiring(),
    taskQueue,
    summary: `Wait for ${node.name}`,
  });
  const { releaseNodePermit } = proxyActivities<Activities>({
    ...SHORT,
    taskQueue,
    summary: `Release the permit of ${node.name}`,
  });
  try {
    await acquireNodePermit(node);
    return await steps(workflowInfo().workflowId);
  } finally {
    await CancellationScope.nonCancellable(() => releaseNodePermit(node));
  }
}
