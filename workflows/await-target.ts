import { isCancellation, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../activities/create-activities.ts';
import type { SeiNode } from '../api/sei-node.ts';
import { decideTarget, type TargetDecision } from '../api/target-decision.ts';
import { pollTaskQueue } from '../api/task-queues.ts';
import type { TaskPlan } from '../api/task-plan.ts';
import { resourceAlreadyTerminal, resourceGone, targetMissing, targetNotInPhase, waitingForPhase, type Verdict } from '../api/verdict.ts';
import { POLL, SINGLE_CALL } from './activity-options.ts';
import { mirrorStep } from './status-mirror.ts';

const { checkTargetPhase } = proxyActivities<Activities>({ ...SINGLE_CALL, summary: 'Read the SeiNode' });

type Target = { readonly node: SeiNode } | { readonly verdict: Verdict };

/** Waits until the target is in the required phase, at most as long as the task allows. */
export async function awaitTarget(plan: TaskPlan): Promise<Target> {
  const sinceMs = Date.now();
  const first = await look(plan);
  if (first.state !== 'elsewhere') return targetOf(plan, first);
  const mirrored = await mirrorStep(plan.mirrorTo, {
    step: 'waiting',
    message: waitingForPhase(plan.node, waitOf(plan, first.phase)),
  });
  if (mirrored !== 'continue') return { verdict: mirrored === 'gone' ? resourceGone() : resourceAlreadyTerminal() };
  await waitForPhase(plan, sinceMs);
  return targetOf(plan, await look(plan));
}

async function look(plan: TaskPlan): Promise<TargetDecision> {
  return decideTarget(await checkTargetPhase(plan.node), plan.requirePhase);
}

function waitOf(plan: TaskPlan, observed: string | undefined): Parameters<typeof waitingForPhase>[1] {
  return { observed, required: plan.requirePhase, timeoutMs: plan.requirePhaseTimeoutMs };
}

function targetOf(plan: TaskPlan, decision: TargetDecision): Target {
  if (decision.state === 'met') return { node: decision.node };
  if (decision.state === 'missing') return { verdict: targetMissing(plan.node) };
  return { verdict: targetNotInPhase(plan.node, waitOf(plan, decision.phase)) };
}

/** Ends without a word on what it found: the look that follows decides, also when the wait ran into its timeout. */
async function waitForPhase(plan: TaskPlan, sinceMs: number): Promise<void> {
  const deadlineMs = sinceMs + plan.requirePhaseTimeoutMs;
  const remainingMs = deadlineMs - Date.now();
  if (remainingMs <= 0) return;
  const { awaitTargetPhase } = proxyActivities<Activities>({
    ...POLL,
    taskQueue: pollTaskQueue(workflowInfo().taskQueue),
    scheduleToCloseTimeout: remainingMs,
    summary: `Wait for phase ${plan.requirePhase}`,
  });
  try {
    await awaitTargetPhase({ node: plan.node, requirePhase: plan.requirePhase, sinceMs, deadlineMs });
  } catch (error) {
    if (isCancellation(error)) throw error;
  }
}
