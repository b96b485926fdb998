import type { Verdict } from '../api/temporal/task-outcome.ts';
import type { CheckedTarget, OverTask, ReadyTask } from '../core/activities.ts';
import { nodeText } from '../api/node-reference.ts';
import { holderText, permitIdOf } from '../api/temporal/permit-id.ts';
import { decideTarget } from '../core/target-decision.ts';
import type { SeiNode } from '../api/sei-node.ts';
import { definitionOf } from '../api/task-kinds.ts';
import { taskRequest, type TaskPlan, type TaskRequest } from '../core/task-plan.ts';
import { knowledgeAtStart } from '../core/knowledge.ts';
import { guarded, queued, waitingForTarget } from '../core/progress.ts';
import { waitingInQueue } from '../core/queueing.ts';
import { targetGone, targetMissing, waitingForPhase, type PhaseWait } from '../core/verdict.ts';
import type { GuardWaits } from './guard-waits.ts';
import type { MirrorDependencies } from './mirror-status.ts';
import { ownWorkflowId } from './own-workflow-id.ts';
import type { GuardDependencies } from './pass-guard.ts';
import { readSeiNode } from './read-sei-node.ts';
import type { TaskPlaces } from './task-work.ts';

export interface TargetDependencies extends MirrorDependencies, TaskPlaces, GuardDependencies {
  /** Unset: nothing is measured. */
  readonly guardWaits?: GuardWaits | undefined;
}

/** Reads a task's target once and, if its kind changes the node, tries to acquire the node's permit. */
export async function checkTarget(
  dependencies: TargetDependencies,
  plan: TaskPlan,
  signal: AbortSignal,
): Promise<CheckedTarget> {
  const seen = await readTarget(dependencies, plan, signal);
  if (seen.state === 'over') return over(plan, seen.verdict);
  if (seen.state === 'elsewhere')
    return {
      state: 'waiting',
      plan,
      progress: waitingForTarget(waitingForPhase(plan.task.node, phaseWait(plan, seen.phase))),
    };
  if (!needsPermit(plan)) return ready(plan, seen);
  if (waitsForGuard(plan))
    return { state: 'waiting', plan, progress: guarded(`${nodeText(plan.task.node)} is checked by the guard.`) };
  const taken = await dependencies.permits.acquire(permitOf(plan), plan.permitHolder);
  if ('runId' in taken) return { ...ready(plan, seen), permitRunId: taken.runId };
  if (plan.begun?.accepted || plan.begun?.onlyWatched) return ready(plan, seen);
  const obstacle = { by: 'permit', holder: holderText(taken.heldBy.workflowId) } as const;
  return { state: 'waiting', plan, progress: queued(waitingInQueue(plan.task.node, obstacle, plan.queueTimeoutMs)) };
}

export function phaseWait({ requirePhase, requirePhaseTimeoutMs }: TaskPlan, observed: string | undefined): PhaseWait {
  return { observed, required: requirePhase, timeoutMs: requirePhaseTimeoutMs };
}

/** A cancelled task is not sent, so it needs no permit. */
export function needsPermit({ kind, cancelled }: TaskPlan): boolean {
  return definitionOf(kind).changesNode && cancelled === undefined;
}

/**
 * Whether the task waits for the guard before it is dispatched. One that others had begun may have been sent: it is
 * looked for first, and the dispatch asks the guard if it is not there.
 */
export function waitsForGuard({ guard, begun, cancelled }: TaskPlan): boolean {
  return guard !== undefined && begun === undefined && cancelled === undefined;
}

/** Whether the task acquires its own permit. If not, a runbook holds the node's permit for it. */
export function isOwnPermit({ permitHolder }: TaskPlan): boolean {
  return permitHolder === ownWorkflowId();
}

export function permitOf({ task }: TaskPlan): string {
  return permitIdOf(task.cluster, task.node);
}

export type SeenTarget =
  | { readonly state: 'met'; readonly node: SeiNode; readonly request: TaskRequest }
  | { readonly state: 'elsewhere'; readonly phase: string | undefined }
  | { readonly state: 'over'; readonly verdict: Verdict };

/** The phase no longer matters for an adopted task. */
export async function readTarget(
  { seiNodes }: TargetDependencies,
  plan: TaskPlan,
  signal: AbortSignal,
): Promise<SeenTarget> {
  const { node } = plan.task;
  const found = await readSeiNode(seiNodes, node, signal);
  if (found === undefined)
    return {
      state: 'over',
      verdict: plan.begun === undefined ? targetMissing(node) : targetGone(node, knowledgeAtStart(plan.begun).sent),
    };
  const decision = decideTarget({ node: found }, plan.requirePhase);
  if (decision.state === 'elsewhere' && plan.begun === undefined) return decision;
  const built = taskRequest(plan, found);
  return 'verdict' in built
    ? { state: 'over', verdict: built.verdict }
    : { state: 'met', node: found, request: built.request };
}

export function over(plan: TaskPlan, verdict: Verdict): OverTask {
  return { state: 'over', task: plan.task, plan, verdict };
}

export function ready(plan: TaskPlan, { node, request }: Extract<SeenTarget, { state: 'met' }>): ReadyTask {
  const task = { ...plan.task, node: { ...plan.task.node, uid: node.metadata.uid } };
  return { state: 'ready', plan: { ...plan, task }, request };
}
