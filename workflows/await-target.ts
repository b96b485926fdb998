import { CancellationScope, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/create-activities.ts';
import type { SeiNode } from '../api/sei-node.ts';
import { decideTarget } from '../api/target-decision.ts';
import { targetGone, targetMissing, type Verdict } from '../api/verdict.ts';
import { SINGLE_CALL } from './activity-options.ts';
import { PhaseWait } from './phase-wait.ts';
import { QueueWait } from './queue-wait.ts';
import type { TaskRun } from './task-run.ts';

const { checkTargetPhase } = proxyActivities<Activities>({ ...SINGLE_CALL, summary: 'Read the SeiNode' });

type Target = { readonly node: SeiNode } | { readonly verdict: Verdict };

/**
 * Waits until the target is in the required phase and, where its kind changes the node, until the task has it
 * to itself. Whatever had to be waited for, both are looked at again afterwards.
 */
export async function awaitTarget(run: TaskRun): Promise<Target> {
  const { plan } = run;
  const phase = new PhaseWait(run);
  const queue = new QueueWait(run);
  for (;;) {
    const [observed] = await Promise.all([checkTargetPhase(plan.node), queue.permit.take()]);
    const decision = decideTarget(observed, plan.requirePhase);
    if (decision.state === 'missing') return { verdict: targetMissing(plan.node) };
    if (decision.state === 'elsewhere') {
      await queue.permit.release();
      const verdict = await phase.wait(decision.phase);
      if (verdict !== undefined) return { verdict };
      continue;
    }
    phase.isOver();
    const waited = await queue.wait();
    if (waited.state === 'free') return { node: decision.node };
    if (waited.state === 'over') return { verdict: waited.verdict };
  }
}

/**
 * The target of a task that was begun before: its phase is not consulted any more, and a cancel comes too late. What
 * the sidecar is not known to have may still be sent, so it waits for its turn, within its execution time.
 */
export async function begunTarget(run: TaskRun): Promise<Target> {
  const { plan } = run;
  await new QueueWait(run).waitBegun();
  const { node } = await CancellationScope.nonCancellable(() => checkTargetPhase(plan.node));
  return node === undefined ? { verdict: targetGone(plan.node) } : { node };
}
