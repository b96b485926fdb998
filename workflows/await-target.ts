import { CancellationScope, isCancellation, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../activities/create-activities.ts';
import { waitingForTarget } from '../api/progress.ts';
import type { SeiNode } from '../api/sei-node.ts';
import { decideTarget, type TargetDecision } from '../api/target-decision.ts';
import { pollTaskQueue } from '../api/task-queues.ts';
import type { TaskPlan } from '../api/task-plan.ts';
import { targetGone, targetMissing, targetNotInPhase, waitingForPhase, type Verdict } from '../api/verdict.ts';
import { POLL, SINGLE_CALL } from './activity-options.ts';
import { recordedTime } from './recorded-time.ts';
import type { TaskRun } from './task-run.ts';

const { checkTargetPhase } = proxyActivities<Activities>({ ...SINGLE_CALL, summary: 'Read the SeiNode' });

type Target = { readonly node: SeiNode } | { readonly verdict: Verdict };

/** Waits until the target is in the required phase, at most as long as the task allows. */
export async function awaitTarget({ plan, mirror, display }: TaskRun): Promise<Target> {
  const startedAtMs = plan.waitingSinceMs ?? Date.now();
  const first = await look(plan);
  if (first.state !== 'elsewhere') return targetOf(plan, first);
  const progress = waitingForTarget(waitingForPhase(plan.node, waitOf(plan, first.phase)));
  display.show(progress);
  const mirrored = await mirror.step({ step: 'waiting', progress });
  if ('verdict' in mirrored) return mirrored;
  await waitForPhase(plan, recordedTime(mirrored.targetFirstObservedAt, startedAtMs));
  return targetOf(plan, await look(plan));
}

/** The target of a task that was begun before: its phase is not consulted any more, and a cancel comes too late. */
export async function begunTarget({ plan }: TaskRun): Promise<Target> {
  const { node } = await CancellationScope.nonCancellable(() => checkTargetPhase(plan.node));
  return node === undefined ? { verdict: targetGone(plan.node) } : { node };
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
