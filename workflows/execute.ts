import { CancellationScope, isCancellation, log, patched } from '@temporalio/workflow';
import { cancelledAfterDispatch, cancelledBeforeDispatch, cancelledWhileWaiting } from '../api/cancel-verdicts.ts';
import type { PollEnd } from '../api/dispatch.ts';
import { isPending } from '../api/sidecar-task.ts';
import { inclusionUndetermined, verdictOfReport, withHeight } from '../api/task-end.ts';
import { taskKinds } from '../api/task-kinds.ts';
import type { SidecarTaskRequest } from '../api/task-plan.ts';
import type { Transaction } from '../api/transaction.ts';
import { taskComplete, taskRefused, timedOut, type LastLook, type Sent, type Verdict } from '../api/verdict.ts';
import type { Execution } from './execution.ts';
import { dispatch, latestHeight, lookOnce, takeOff, watch } from './sidecar-steps.ts';
import type { TaskRun } from './task-run.ts';

/**
 * Carries a task out on the sidecar: it is sent, then it is watched.
 *
 * @throws CancelledFailure only when nothing was sent.
 */
export async function execute(run: TaskRun, execution: Execution, request: SidecarTaskRequest): Promise<Verdict> {
  const { plan } = run;
  const sent = await dispatch(run, execution, request);
  switch (sent.state) {
    case 'refused':
      return taskRefused(plan.node, sent.words);
    case 'cancelled':
      return cancelledBeforeDispatch(plan.begun !== undefined);
    case 'late':
      return await verdictWhenLate(run, execution, sent.problem);
    case 'completed':
      return cancelledOr(run, execution, await verdictAfterReport(run, sent));
    case 'failed':
      return isPending(sent) ? await watchTransaction(run, execution, request) : cancelledOr(run, execution, verdictOfReport(plan, sent));
    default:
      return await watchAccepted(run, execution, request);
  }
}

async function verdictWhenLate(run: TaskRun, execution: Execution, problem: string | undefined): Promise<Verdict> {
  const { begun } = run.plan;
  if (begun?.accepted) return cancelledOr(run, execution, await verdictAtDeadline(run, execution, { sent: 'yes', problem }));
  return await verdictAtDeadline(run, execution, { sent: begun === undefined ? 'no' : 'perhaps', problem });
}

async function watchAccepted(run: TaskRun, execution: Execution, request: SidecarTaskRequest): Promise<Verdict> {
  const { kind } = run.plan;
  const { endsWith, onlyWaits } = taskKinds[kind];
  if (endsWith === 'acceptance') return taskComplete(kind);
  if (endsWith === 'transaction') return await watchTransaction(run, execution, request);
  return onlyWaits ? await watchUnlessCancelled(run, execution) : await watchToTheEnd(run, execution);
}

/** Work that changes the node is watched to its end even when cancelled: it cannot be called back. */
async function watchToTheEnd(run: TaskRun, execution: Execution): Promise<Verdict> {
  const end = await CancellationScope.nonCancellable(() => watch(run, execution));
  return cancelledOr(run, execution, await verdictAfter(run, execution, end));
}

/** A transaction that is pending is submitted again under its id, but not once the task is cancelled. */
async function watchTransaction(run: TaskRun, execution: Execution, request: SidecarTaskRequest): Promise<Verdict> {
  const end = await watch(run, execution, request).catch(async (error: unknown) => {
    if (!isCancellation(error)) throw error;
    return await CancellationScope.nonCancellable(() => watch(run, execution));
  });
  return cancelledOr(run, execution, await verdictAfter(run, execution, end));
}

/** What a cancelled task comes to whose work could not be called back; a wait that is over is just over. */
function cancelledOr({ plan }: TaskRun, { taskId }: Execution, verdict: Verdict): Verdict {
  if (!CancellationScope.current().consideredCancelled || taskKinds[plan.kind].onlyWaits) return verdict;
  log.info('Cancelled after dispatch; the task was watched to its end', { taskId });
  return cancelledAfterDispatch(plan.kind, verdict);
}

async function watchUnlessCancelled(run: TaskRun, execution: Execution): Promise<Verdict> {
  try {
    return await verdictAfter(run, execution, await watch(run, execution));
  } catch (error) {
    if (!isCancellation(error)) throw error;
    const { problem } = await takeOff(execution);
    return cancelledWhileWaiting(problem, (run.plan.payload as { action?: string }).action !== undefined);
  }
}

async function verdictAfter(run: TaskRun, execution: Execution, end: PollEnd): Promise<Verdict> {
  if (end.state !== 'deadline') return await verdictAfterReport(run, end);
  return await verdictAtDeadline(run, execution, { sent: 'yes', ...end });
}

async function verdictAfterReport({ plan }: TaskRun, report: Exclude<PollEnd, { state: 'deadline' }>): Promise<Verdict> {
  const verdict = verdictOfReport(plan, report);
  if (!taskKinds[plan.kind].onlyWaits || verdict.phase !== 'Complete') return verdict;
  return withHeight(plan, verdict, await latestHeight(plan.node));
}

interface Past {
  readonly sent: Sent;
  readonly problem?: string | undefined;
  readonly pending?: Transaction | undefined;
}

/** The sidecar has the last word: after an outage of ours the work may long be over. */
async function verdictAtDeadline(run: TaskRun, execution: Execution, { pending, ...past }: Past): Promise<Verdict> {
  const { plan } = run;
  const seen = await lookOnce(execution);
  if (seen.state === 'completed' || seen.state === 'failed') return await verdictAfterReport(run, seen);
  if (pending !== undefined) return inclusionUndetermined(plan, pending);
  const { endsWith, onlyWaits } = taskKinds[plan.kind];
  const isRunning = seen.state === 'running';
  if (isRunning && endsWith === 'acceptance') return taskComplete(plan.kind);
  return timedOut({
    node: plan.node,
    timeoutMs: plan.timeoutMs ?? 0,
    lastLook: onlyWaits ? await stopWaiting(execution, seen.state) : seen.state,
    ...past,
    problem: seen.state === 'unreachable' ? seen.problem : past.problem,
  });
}

/** Also takes off the sidecar what it says that it does not have: it may be wrong, and would wait on unwatched. */
async function stopWaiting(execution: Execution, seen: Exclude<LastLook, 'takenOff'>): Promise<LastLook> {
  const isThere = seen === 'running';
  if (!isThere && !(seen === 'absent' && patched('take-off-what-is-denied'))) return seen;
  const { problem } = await takeOff(execution);
  return isThere && problem === undefined ? 'takenOff' : seen;
}
