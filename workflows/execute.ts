import { CancellationScope, isCancellation, log } from '@temporalio/workflow';
import type { PollEnd } from '../api/dispatch.ts';
import type { SidecarTaskRequest, TaskPlan } from '../api/task-plan.ts';
import {
  cancelledAfterDispatch,
  cancelledBeforeDispatch,
  cancelledWhileWaiting,
  phaseMet,
  resourceAlreadyTerminal,
  resourceGone,
  taskComplete,
  taskFailed,
  taskRefused,
  timedOut,
  type Verdict,
} from '../api/verdict.ts';
import { dispatch, lookOnce, takeOff, watch, type Execution } from './sidecar-steps.ts';
import { mirrorStep } from './status-mirror.ts';

/**
 * Carries a task out on the sidecar: the status says so first, then the task is sent, then it is watched.
 *
 * @throws CancelledFailure only when nothing was sent.
 */
export async function execute(plan: TaskPlan, execution: Execution, request: SidecarTaskRequest): Promise<Verdict> {
  const mirrored = await mirrorStep(plan.mirrorTo, {
    step: 'executing',
    message: phaseMet(plan.node, plan.requirePhase),
    taskId: execution.taskId,
    startedAtMs: execution.startedAtMs,
  });
  if (mirrored !== 'continue') return mirrored === 'gone' ? resourceGone() : resourceAlreadyTerminal();

  const sent = await dispatch(execution, request);
  switch (sent.state) {
    case 'refused':
      return taskRefused(plan.node, sent.words);
    case 'cancelled':
      return cancelledBeforeDispatch();
    case 'late':
      return await verdictAtDeadline(plan, execution, { dispatched: false, problem: sent.problem });
    case 'completed':
    case 'failed':
      return verdictOf(plan, sent);
    default:
      return plan.changesNode ? await watchToTheEnd(plan, execution) : await watchUnlessCancelled(plan, execution);
  }
}

/** Work that changes the node is watched to its end even when cancelled: it cannot be called back. */
async function watchToTheEnd(plan: TaskPlan, execution: Execution): Promise<Verdict> {
  const end = await CancellationScope.nonCancellable(() => watch(execution));
  const verdict = await verdictAfter(plan, execution, end);
  if (!CancellationScope.current().consideredCancelled) return verdict;
  log.info('Cancelled after dispatch; the task was watched to its end', { taskId: execution.taskId });
  return cancelledAfterDispatch(verdict);
}

async function watchUnlessCancelled(plan: TaskPlan, execution: Execution): Promise<Verdict> {
  try {
    return await verdictAfter(plan, execution, await watch(execution));
  } catch (error) {
    if (!isCancellation(error)) throw error;
    const { problem } = await takeOff(execution);
    return cancelledWhileWaiting(problem);
  }
}

async function verdictAfter(plan: TaskPlan, execution: Execution, end: PollEnd): Promise<Verdict> {
  if (end.state !== 'deadline') return verdictOf(plan, end);
  return await verdictAtDeadline(plan, execution, { dispatched: true, problem: end.problem });
}

function verdictOf({ kind, node }: TaskPlan, end: Exclude<PollEnd, { state: 'deadline' }>): Verdict {
  return end.state === 'completed' ? taskComplete(kind) : taskFailed(node, end.error);
}

/** The sidecar has the last word: after an outage of ours the work may long be over. */
async function verdictAtDeadline(
  plan: TaskPlan,
  execution: Execution,
  past: { dispatched: boolean; problem?: string | undefined },
): Promise<Verdict> {
  const seen = await lookOnce(execution);
  if (seen.state === 'completed' || seen.state === 'failed') return verdictOf(plan, seen);
  const takenOff = !plan.changesNode && seen.state === 'running' && (await takeOff(execution)).problem === undefined;
  return timedOut({
    node: plan.node,
    timeoutMs: plan.timeoutMs ?? 0,
    lastLook: takenOff ? 'takenOff' : seen.state,
    ...past,
    problem: seen.state === 'unreachable' ? seen.problem : past.problem,
  });
}
