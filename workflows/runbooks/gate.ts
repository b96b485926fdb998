import { ApplicationFailure, CancelledFailure } from '@temporalio/workflow';
import { nodeText, type NodeReference } from '../../api/node-reference.ts';
import type { GateProgress } from '../../core/runbook/runbook-activities.ts';
import { formatDuration } from '../../lib/go-duration.ts';
import { present } from '../../lib/present.ts';
import { assertNodes } from './assert-nodes.ts';
import { gateOnce, type HeldNode } from './held-node.ts';
import { planNode, type ChainOptions } from './plan-node.ts';

/** What a node had when it passed its gate. */
export interface PassedGate {
  readonly height?: number;
  readonly message: string;
}

/**
 * Waits until a node is at the head of its chain, has new blocks, and, if it is a validator, its signature is in recent
 * commits. The rules are `options.gate`. While the chain is halted it waits on, and `gate.timeoutSeconds` (default: 1800)
 * does not pass. A cancellation of the runbook ends the wait.
 *
 * @param node - One that `guarded` holds has the options of `guarded`, and was found to be a validator or not before it
 * was restarted.
 * @throws ApplicationFailure, not retryable: of type GateTimeout, which names what was missing, or InvalidSpec for a node
 * or an option that cannot be acted on.
 */
export async function gate(node: HeldNode): Promise<PassedGate>;
export async function gate(node: NodeReference, options: ChainOptions): Promise<PassedGate>;
export async function gate(node: HeldNode | NodeReference, options?: ChainOptions): Promise<PassedGate> {
  assertNodes([node]);
  const planned = 'plan' in node ? node : await planNode(node, options as ChainOptions);
  let progress: GateProgress | undefined;
  for (;;) {
    const result = await gateOnce(planned, progress);
    progress = result.progress;
    const last = progress.message === undefined ? '' : ` ${progress.message}`;
    if (result.state === 'passed') return { message: result.message, ...present({ height: progress.height }) };
    if (result.state === 'interrupted') throw new CancelledFailure(`The wait at the gate was cancelled.${last}`);
    if (result.state === 'timed-out') {
      const limit = formatDuration(planned.plan.gate.timeoutMs);
      const message = `${nodeText(node)} did not pass its gate within ${limit}.${last} Check the node.`;
      throw ApplicationFailure.create({ type: 'GateTimeout', message, nonRetryable: true });
    }
  }
}
