import { Context } from '@temporalio/activity';
import { printable } from '../api/printable.ts';
import { seiNodeSchema } from '../api/sei-node.ts';
import { decideTarget, type ObservedTarget } from '../api/target-decision.ts';
import type { NodeReference } from '../api/task-input.ts';
import { KubernetesResponseError } from '../kubernetes/errors.ts';
import type { ResourceClient } from '../kubernetes/resource-client.ts';
import { waitUntil } from './wait-until.ts';

/**
 * Reads the target.
 *
 * @throws KubernetesError when the API server cannot say whether it exists; that is never a verdict.
 */
export async function checkTargetPhase(
  seiNodes: ResourceClient,
  node: NodeReference,
  signal: AbortSignal,
): Promise<ObservedTarget> {
  const object = await seiNodes.get(node.namespace, node.name, { signal });
  if (object === undefined) return {};
  const read = seiNodeSchema.safeParse(object);
  if (read.success) return { node: read.data };
  const issue = read.error.issues[0];
  throw new KubernetesResponseError(
    `SeiNode ${node.namespace}/${node.name}: ${printable(`${issue?.path.join('.')}: ${issue?.message}`)}. Check the SeiNode's CRD.`,
  );
}

export interface AwaitPhaseRequest {
  readonly node: NodeReference;
  readonly requirePhase: string;
  /** Milliseconds since the epoch. */
  readonly sinceMs: number;
  /** Milliseconds since the epoch. */
  readonly deadlineMs: number;
}

/** Waits until the target is in the phase, is gone, or the deadline has passed; which of them, the caller looks up. */
export async function awaitTargetPhase(
  seiNodes: ResourceClient,
  request: AwaitPhaseRequest,
  shutdown: AbortSignal,
): Promise<void> {
  const context = Context.current();
  await waitUntil({
    ...request,
    shutdown,
    look: async (signal) => {
      const decision = decideTarget(await checkTargetPhase(seiNodes, request.node, signal), request.requirePhase);
      context.heartbeat(decision.state === 'elsewhere' ? { phase: printable(decision.phase ?? '', 64) } : { state: decision.state });
      return decision.state === 'elsewhere' ? undefined : decision.state;
    },
  });
}
