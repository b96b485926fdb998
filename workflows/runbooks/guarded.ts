import { ApplicationFailure, proxyActivities } from '@temporalio/workflow';
import type { NodeReference } from '../../api/node-reference.ts';
import type { GuardHold } from '../../core/guard/guard-hold.ts';
import type { RunbookActivities, StartRequest, StartResult } from '../../core/runbook/runbook-activities.ts';
import { waiting } from '../activity-options.ts';
import { guardHoldOf } from './guard-hold-of.ts';
import { holdNode, PATIENCE_MS, type HeldNode, type PlannedNode } from './held-node.ts';
import { planNode, type ChainOptions } from './plan-node.ts';

/**
 * Waits until the chain can spare a node and `options.window` is open, then holds the node's permit while `body` runs:
 * nothing else of the service changes the node. Nothing is held while it waits. The Temporal UI shows what it waits for.
 * After 15 s without the permit it checks the chain and the window again.
 *
 * `restartSeid` in `body` acquires the permit of the chain for as long as it runs, and waits again if the chain can no
 * longer spare the node when it is about to be sent. It holds the node during that wait and does not check the window: give
 * it a `queueTimeout` where the window may close. An activity of your own that takes the node down does not: the
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
  for (let queued: Pick<StartRequest, 'shown'> = {}; ;) {
    await awaitAllowed(planned, queued);
    const tried = await holdNode<{ readonly result: Result } | { readonly waitingFor: string }>(
      planned,
      async (held) => ({ result: await body(held) }),
      { atMostMs: PATIENCE_MS, otherwise: (waitingFor) => ({ waitingFor }) },
    );
    if ('result' in tried) return tried.result;
    queued = { shown: { reason: 'Queued', message: tried.waitingFor } };
  }
}

/** The activity returns each time that something else is in the way, so that the next one shows it. */
async function awaitAllowed(
  { plan, node: { name }, taskQueue }: PlannedNode,
  before: Pick<StartRequest, 'shown' | 'hold'>,
): Promise<void> {
  const target = { plan, node: name, nodes: [name], running: [], slots: 1 };
  for (let earlier = before; ;) {
    const { awaitStart } = proxyActivities<RunbookActivities>({
      ...waiting(),
      taskQueue,
      summary: `Wait until ${name} may be down${earlier.shown === undefined ? '' : ` (${earlier.shown.reason})`}`,
    });
    const result = await awaitStart({ ...target, ...earlier });
    if (result.state === 'ready') return;
    if (result.state === 'unusable')
      throw ApplicationFailure.create({ type: result.reason, message: result.message, nonRetryable: true });
    earlier = { shown: result.obstacle, hold: holdAfter(result, earlier.hold) };
  }
}

/** A hold that continues began when it was first found: alerts on long ones do not begin again with each activity. */
function holdAfter(
  { guard, obstacle }: Extract<StartResult, { state: 'waiting' }>,
  earlier: GuardHold | undefined,
): GuardHold | undefined {
  if (obstacle.reason !== 'Guarded' || guard === undefined) return undefined;
  const hold = guardHoldOf(guard, Date.now());
  return hold.by === earlier?.by ? earlier : hold;
}
