import { CancellationScope, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { NodeReference } from '../../api/node-reference.ts';
import type { Activities } from '../../core/activities.ts';
import { SHORT, acquiring } from '../activity-options.ts';
import type { ServiceQueue } from './child-task.ts';

/** What to do about a permit that others hold. */
interface PermitLimit<Result> {
  /** Longest wait for the permit, in milliseconds. */
  readonly atMostMs: number;
  /** Called with its holder, as messages name it, in place of the steps. */
  readonly otherwise: (holder: string) => Result;
}

/**
 * Holds a node over several steps of a runbook: nothing else of this service changes it until the last step is over.
 *
 * @param steps - Called with the id of the workflow that holds the permit: pass it as `permitHolder` to each task.
 * @param options - `limit`. Unset: it waits for the permit as long as it takes.
 */
export async function withNodePermit<Result>(
  node: NodeReference,
  steps: (permitHolder: string) => Promise<Result>,
  { taskQueue, limit }: ServiceQueue & { readonly limit?: PermitLimit<Result> } = {},
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
    if (limit === undefined) await acquireNodePermit(node);
    else {
      const taken = await acquireNodePermit(node, { atMostMs: limit.atMostMs });
      if (taken?.heldBy !== undefined) return limit.otherwise(taken.heldBy);
    }
    return await steps(workflowInfo().workflowId);
  } finally {
    await CancellationScope.nonCancellable(() => releaseNodePermit(node));
  }
}
