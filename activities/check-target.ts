import { holderText, permitIdOf } from '../api/node-permit.ts';
import { decideTarget } from '../api/target-decision.ts';
import type { SeiNode } from '../api/sei-node.ts';
import type { TaskIdentity } from '../api/task-input.ts';
import { taskKinds } from '../api/task-kinds.ts';
import { taskRequest, type TaskPlan, type TaskRequest } from '../api/task-plan.ts';
import { knowledgeAtStart } from '../core/knowledge.ts';
import { queued, waitingForTarget, type Progress } from '../core/progress.ts';
import { waitingInQueue, type RestartSighting } from '../core/queueing.ts';
import { targetGone, targetMissing, waitingForPhase, type PhaseWait, type Verdict } from '../core/verdict.ts';
import type { MirrorDependencies } from './mirror-status.ts';
import type { NodePermits } from './node-permits.ts';
import { ownWorkflowId } from './own-workflow-id.ts';
import { readSeiNode } from './read-sei-node.ts';
import type { TaskPlaces } from './task-work.ts';

/** A task whose target is as it must be, and whose node it has to itself where its kind changes the node. */
export interface ReadyTask {
  readonly state: 'ready';
  readonly plan: TaskPlan;
  readonly request: TaskRequest;
  /** The run that is the permit. Unset: the task has none. */
  readonly permitRunId?: string;
  /** The restart of others that was waited for. */
  readonly sighting?: RestartSighting;
}

/** A task that ends without being sent. `plan` is unset when its input gives none. */
export interface OverTask {
  readonly state: 'over';
  readonly task: TaskIdentity;
  readonly plan?: TaskPlan;
  readonly verdict: Verdict;
}

export type CheckedTarget =
  | ReadyTask
  /** Something has to be waited for. */
  | { readonly state: 'waiting'; readonly plan: TaskPlan; readonly progress: Progress }
  | OverTask;

export interface TargetDependencies extends MirrorDependencies, TaskPlaces {
  readonly permits: NodePermits;
}

/** Looks at a task's target once and, where its kind changes the node, tries to take the node's permit. */
export async function checkTarget(dependencies: TargetDependencies, plan: TaskPlan, signal: AbortSignal): Promise<CheckedTarget> {
  const seen = await readTarget(dependencies, plan, signal);
  if (seen.state === 'over') return over(plan, seen.verdict);
  if (seen.state === 'elsewhere') return { state: 'waiting', plan, progress: waitingForTarget(waitingForPhase(plan.task.node, phaseWait(plan, seen.phase))) };
  if (!needsPermit(plan)) return ready(plan, seen);
  const taken = await dependencies.permits.take(permitOf(plan), plan.permitHolder);
  if ('runId' in taken) return { ...ready(plan, seen), permitRunId: taken.runId };
  if (plan.begun?.accepted) return ready(plan, seen);
  const obstacle = { by: 'permit', holder: holderText(taken.heldBy.workflowId) } as const;
  return { state: 'waiting', plan, progress: queued(waitingInQueue(plan.task.node, obstacle, plan.queueTimeoutMs)) };
}

export function phaseWait({ requirePhase, requirePhaseTimeoutMs }: TaskPlan, observed: string | undefined): PhaseWait {
  return { observed, required: requirePhase, timeoutMs: requirePhaseTimeoutMs };
}

/** A task that was cancelled is sent no more. */
export function needsPermit({ kind, cancelled }: TaskPlan): boolean {
  return taskKinds[kind].changesNode && cancelled === undefined;
}

/** Whether the task takes its permit by itself; otherwise a runbook holds the node for it. */
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

/** The phase of a task that was begun before is not consulted any more. */
export async function readTarget({ seiNodes }: TargetDependencies, plan: TaskPlan, signal: AbortSignal): Promise<SeenTarget> {
  const { node } = plan.task;
  const found = await readSeiNode(seiNodes, node, signal);
  if (found === undefined) return { state: 'over', verdict: plan.begun === undefined ? targetMissing(node) : targetGone(node, knowledgeAtStart(plan.begun).sent) };
  const decision = decideTarget({ node: found }, plan.requirePhase);
  if (decision.state === 'elsewhere' && plan.begun === undefined) return decision;
  const built = taskRequest(plan, found);
  return 'verdict' in built ? { state: 'over', verdict: built.verdict } : { state: 'met', node: found, request: built.request };
}

export function over(plan: TaskPlan, verdict: Verdict): OverTask {
  return { state: 'over', task: plan.task, plan, verdict };
}

export function ready(plan: TaskPlan, { node, request }: Extract<SeenTarget, { state: 'met' }>): ReadyTask {
  const task = { ...plan.task, node: { ...plan.task.node, uid: node.metadata.uid } };
  return { state: 'ready', plan: { ...plan, task }, request };
}
