import { ApplicationFailure, proxyActivities } from '@temporalio/workflow';
import type { NodeReference } from '../../api/node-reference.ts';
import type { RunbookActivities, StartRequest } from '../../core/runbook/runbook-activities.ts';
import { waiting } from '../activity-options.ts';
import { holdNode, type HeldNode, type PlannedNode } from './held-node.ts';
import { planNode, type ChainOptions } from './plan-node.ts';

/**
 * Waits until the chain can spare a node and `options.window` is open, then holds the node's permit while `body` runs:
 * nothing else of the service changes the node. Nothing is held while it waits. The Temporal UI shows what it waits for.
 *
 * `restartSeid` in `body` acquires the permit of the chain for as long as it runs, and waits again if the chain can no
 * longer spare the node when it is about to be sent. An activity of your own that takes the node down does not: the
 * guard does not know of it until the validator is missing from commits.
 *
 * When the runbook is cancelled, the wait ends, or the permit is released after `body` has ended.
 *
 * @param body - Called with the node; pass it on to `restartSeid` and `gate`.
 * @returns What `body` returns.
 * @throws ApplicationFailure, not retryable, before `body` is called: of type InvalidSpec for a node or an option that
 * cannot be acted on, naming field and value; NodeGone or ChainIdMismatch when the SeiNode changed during the wait. What
 * `body` throws.
 */
export async function guarded<Result>(
  node: NodeReference,
  options: ChainOptions,
  body: (held: HeldNode) => Promise<Result>,
): Promise<Result> {
  const planned = await planNode(node, options);
  await awaitAllowed(planned);
  return await holdNode(planned, body);
}

/** The activity returns each time that something else is in the way, so that the next one shows it. */
async function awaitAllowed({ plan, node: { name }, taskQueue }: PlannedNode): Promise<void> {
  const request: StartRequest = { plan, node: name, nodes: [name], running: [], slots: 1 };
  for (let shown: StartRequest['shown']; ;) {
    const { awaitStart } = proxyActivities<RunbookActivities>({
      ...waiting(),
      taskQueue,
      summary: `Wait until ${name} may be down${shown === undefined ? '' : ` (${shown.reason})`}`,
    });
    const result = await awaitStart({ ...request, ...(shown === undefined ? {} : { shown }) });
    if (result.state === 'ready') return;
    const { reason, message } = result.state === 'waiting' ? result.obstacle : result;
    if (result.state === 'unusable') throw ApplicationFailure.create({ type: reason, message, nonRetryable: true });
    shown = result.obstacle;
  }
}
