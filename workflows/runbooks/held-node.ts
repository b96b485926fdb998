import { CancellationScope, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { NodeReference } from '../../api/node-reference.ts';
import type { MirrorTarget, TaskInput } from '../../api/temporal/task-input.ts';
import type { Activities } from '../../core/activities.ts';
import type { RunbookPlan } from '../../core/runbook/plan-runbook.ts';
import type { GateProgress, GateResult, RunbookActivities } from '../../core/runbook/runbook-activities.ts';
import type { FrozenNode } from '../../core/runbook/runbook-state.ts';
import { SHORT, acquiring } from '../activity-options.ts';
import type { ServiceQueue } from './child-task.ts';

/** A node with the plan that the service has made for it. */
export interface PlannedNode extends ServiceQueue {
  readonly plan: RunbookPlan;
  readonly node: FrozenNode;
}

/** A node whose permit a runbook holds. */
export interface HeldNode extends NodeReference, PlannedNode {
  /** For the input of each task that changes the node: whose permit it uses, and the guard that is enforced. */
  readonly task: Pick<TaskInput<'RestartSeid'>, 'permitHolder' | 'cluster' | 'guard' | 'override'> & {
    /** Unset: the runbook has no resource. */
    readonly partOf: MirrorTarget | undefined;
  };
}

/**
 * How long a node waits for its permits and the guard before it is checked again whether it may be down, in milliseconds: a
 * window may have closed, or an operator may have paused the runbook.
 */
export const PATIENCE_MS = 15_000;

/** What to do about a permit that others hold. */
export interface PermitLimit<Result> {
  /** Longest wait for the permit, in milliseconds. */
  readonly atMostMs: number;
  /** Called in place of the steps with a sentence that names its holder. */
  readonly otherwise: (waitingFor: string) => Result;
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
  { taskQueue, limit }: ServiceQueue & { readonly limit?: PermitLimit<Result> | undefined } = {},
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
      if (taken?.waitingFor !== undefined) return limit.otherwise(taken.waitingFor);
    }
    return await steps(workflowInfo().workflowId);
  } finally {
    await CancellationScope.nonCancellable(() => releaseNodePermit(node));
  }
}

/** Holds the permit of a planned node while `body` runs. @param limit - As of `withNodePermit`. */
export async function holdNode<Result>(
  planned: PlannedNode,
  body: (held: HeldNode) => Promise<Result>,
  limit?: PermitLimit<Result>,
): Promise<Result> {
  const { plan, node, taskQueue } = planned;
  const { cluster, guard, override, mirrorTo: partOf } = plan;
  const reference = { namespace: plan.namespace, name: node.name };
  const hold = (permitHolder: string): Promise<Result> =>
    body({
      ...planned,
      ...reference,
      task: { permitHolder, cluster, guard: { mode: 'Enforce', ...guard }, override, partOf },
    });
  return await withNodePermit(reference, hold, { taskQueue, limit });
}

/**
 * Waits at the gate of a node, until the scope is cancelled at the latest.
 *
 * @param earlier - What an earlier part of the wait found.
 */
export async function gateOnce(
  { plan, node: { name, isValidator }, taskQueue }: PlannedNode,
  earlier: GateProgress | undefined,
): Promise<GateResult> {
  const { gateNode } = proxyActivities<RunbookActivities>({
    ...acquiring(),
    taskQueue,
    // A cancel or a promotion is noticed with a heartbeat.
    heartbeatTimeout: '10 seconds',
    summary: `Wait until ${name} is back${earlier?.isHalted ? ' (the chain is halted)' : ''}`,
  });
  const { namespace, cluster, chainId, gate, guard } = plan;
  return await gateNode({ node: { namespace, name }, isValidator, plan: { cluster, chainId, gate, guard }, earlier });
}
