import {
  ActivityFailure,
  CancellationScope,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  rootCause,
  TemporalFailure,
  TimeoutFailure,
  type ActivityOptions,
} from '@temporalio/workflow';
import type { Activities } from '../activities/create-activities.ts';
import type { PollHeartbeat } from '../activities/poll-task.ts';
import type { Dispatch, PollEnd } from '../api/dispatch.ts';
import { present } from '../api/present.ts';
import type { TaskObservation } from '../api/sidecar-task.ts';
import type { NodeReference } from '../api/task-input.ts';
import { taskKinds } from '../api/task-kinds.ts';
import type { SidecarTaskRequest } from '../api/task-plan.ts';
import type { Transaction } from '../api/transaction.ts';
import { withNotice, workingOn } from '../api/progress.ts';
import { DISPATCH, DISPATCH_OVERTIME_MS, LAST_CALL, pollOptions, READ_HEIGHT } from './activity-options.ts';
import type { Execution } from './execution.ts';
import { lastCall } from './last-call.ts';
import type { TaskRun } from './task-run.ts';

type Unreachable = { readonly state: 'unreachable'; readonly problem: string };

const { lookAtTask } = proxyActivities<Activities>({ ...LAST_CALL, summary: 'Ask the sidecar once more' });
const { readHeight } = proxyLocalActivities<Activities>({ ...READ_HEIGHT, summary: "Read the height from seid's RPC" });
const { deleteTask } = proxyActivities<Activities>({ ...LAST_CALL, summary: 'Take the task off the sidecar' });

/** What is left of the execution time as an activity's bound; `undefined` = nothing is left. */
export function withinDeadline({ deadlineMs }: Execution, overtimeMs = 0): Pick<ActivityOptions, 'scheduleToCloseTimeout'> | undefined {
  if (deadlineMs === undefined) return {};
  const remainingMs = deadlineMs - Date.now();
  return remainingMs > 0 ? { scheduleToCloseTimeout: remainingMs + overtimeMs } : undefined;
}

/**
 * Hands the task to the sidecar, if there is execution time left.
 *
 * @returns `cancelled` only when the sidecar says that nothing arrived; when it cannot say, the task counts as running.
 */
export async function dispatch(
  { plan, mirror }: TaskRun,
  execution: Execution,
  request: SidecarTaskRequest,
): Promise<Dispatch | { readonly state: 'cancelled' }> {
  const bound = withinDeadline(execution, DISPATCH_OVERTIME_MS);
  if (bound === undefined) return { state: 'late' };
  const accepted = plan.begun?.accepted ?? false;
  const { dispatchTask } = proxyActivities<Activities>({ ...DISPATCH, ...bound, summary: `Send ${request.type}` });
  const { betweenRestartsMs } = plan;
  const exclusive = taskKinds[plan.kind].changesNode;
  try {
    return await dispatchTask({ ...execution, request, accepted, exclusive, betweenRestartsMs, subject: mirror.subject });
  } catch (error) {
    if (!wasCancelled(error)) return { state: 'late', ...problemOf(error) };
    const seen = await lookOnce(execution);
    if (seen.state === 'absent' && !accepted) return { state: 'cancelled' };
    return seen.state === 'completed' || seen.state === 'failed' ? seen : { state: 'running' };
  }
}

/** An attempt that fails while its cancellation is on the way ends with its own error, and is not repeated. */
function wasCancelled(error: unknown): boolean {
  return isCancellation(error) || (error instanceof ActivityFailure && error.retryState === 'CANCEL_REQUESTED');
}

/**
 * Polls until the sidecar is done or the execution time is over.
 *
 * @param resubmit - What to send again while its transaction is pending.
 */
export async function watch({ plan, mirror, display, notice }: TaskRun, execution: Execution, resubmit?: SidecarTaskRequest): Promise<PollEnd> {
  const progress = withNotice(workingOn(plan.kind), notice);
  display.show(progress, execution);
  const bound = withinDeadline(execution);
  if (bound === undefined) return { state: 'deadline' };
  const { pollTask } = proxyActivities<Activities>({
    ...pollOptions(),
    ...bound,
    summary: `Poll the sidecar of ${execution.node.name}`,
  });
  try {
    return await pollTask({ ...execution, sinceMs: execution.startedAtMs, resubmit, announce: mirror.announcement(progress) });
  } catch (error) {
    if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
    return { state: 'deadline', ...problemOf(error), ...pendingOf(error) };
  }
}

/** A poll that nobody worked on at its end has left what it knew in its last heartbeat. */
function pendingOf({ cause }: ActivityFailure): { readonly pending?: Transaction } {
  const heartbeat = cause instanceof TimeoutFailure ? (cause.lastHeartbeatDetails as PollHeartbeat | undefined) : undefined;
  return present({ pending: heartbeat?.pending });
}

/** Asks the sidecar what it knows of the task, also when the task is cancelled. */
export async function lookOnce(execution: Execution): Promise<TaskObservation | Unreachable> {
  try {
    return await lastCall(() => lookAtTask(execution));
  } catch (error) {
    return { state: 'unreachable', problem: problemOf(error).problem ?? 'no answer' };
  }
}

/**
 * The height that a node is at, also when the task is cancelled; `undefined` when seid does not say. What a local
 * activity throws is not wrapped into an ActivityFailure.
 */
export async function latestHeight(node: NodeReference): Promise<number | undefined> {
  try {
    return (await CancellationScope.nonCancellable(() => readHeight(node))).height;
  } catch (error) {
    if (error instanceof TemporalFailure) return undefined;
    throw error;
  }
}

/**
 * Takes the task off the sidecar, also when the task is cancelled.
 *
 * @returns Why that failed; absent when it did not.
 */
export async function takeOff({ node, taskId }: Execution): Promise<{ readonly problem?: string }> {
  try {
    await lastCall(() => deleteTask({ node, taskId }));
    return {};
  } catch (error) {
    return problemOf(error);
  }
}

/** The words of what went wrong last; a timeout by itself says nothing that the verdict does not. */
function problemOf(error: unknown): { readonly problem?: string } {
  if (!(error instanceof ActivityFailure)) throw error;
  if (error.cause instanceof TimeoutFailure && error.cause.cause === undefined) return {};
  const problem = rootCause(error);
  return problem === undefined ? {} : { problem };
}
