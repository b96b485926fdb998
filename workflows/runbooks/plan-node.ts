import { proxyActivities } from '@temporalio/workflow';
import type { NodeReference } from '../../api/node-reference.ts';
import type { UncheckedRunbookSpec } from '../../api/sei-node-runbook.ts';
import type { RunbookActivities } from '../../core/runbook/runbook-activities.ts';
import { SHORT } from '../activity-options.ts';
import { assertNodes, invalidSpec } from './assert-nodes.ts';
import type { ServiceQueue } from './child-task.ts';
import type { PlannedNode } from './held-node.ts';

/**
 * The chain of a node, and the rules for what is done with it. Each field means what it means in the spec of a
 * SeiNodeRunbook (docs/runbooks.md), and has the same default.
 */
export interface ChainOptions
  extends Pick<UncheckedRunbookSpec, 'chainId' | 'guard' | 'gate' | 'override' | 'window'>, ServiceQueue {}

/**
 * Has the service check the rules and the node, and find out whether the node is a validator.
 *
 * @throws ApplicationFailure of type InvalidSpec, not retryable, naming field and value.
 */
export async function planNode(given: NodeReference, { taskQueue, ...rules }: ChainOptions): Promise<PlannedNode> {
  assertNodes([given]);
  const { namespace, name } = given;
  const { planRunbook } = proxyActivities<RunbookActivities>({
    ...SHORT,
    startToCloseTimeout: '2 minutes',
    taskQueue,
    summary: `Check ${name} and its chain`,
  });
  const spec = { ...rules, kind: 'RollingRestart', targets: { nodes: [name] }, rollingRestart: {} };
  const planned = await planRunbook({ namespace, spec });
  if (planned.state === 'refused') throw invalidSpec(planned.message);
  const [node] = planned.nodes;
  if (node === undefined) throw new TypeError(`the plan of ${name} has no node`);
  return { plan: planned.plan, node, taskQueue };
}
