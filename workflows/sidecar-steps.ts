import {
  ActivityFailure,
  CancellationScope,
  isCancellation,
  proxyActivities,
  rootCause,
  TimeoutFailure,
  workflowInfo,
  type ActivityOptions,
} from '@temporalio/workflow';
import type { Activities } from '../activities/create-activities.ts';
import type { Dispatch, PollEnd } from '../api/dispatch.ts';
import type { TaskObservation } from '../api/sidecar-task.ts';
import type { NodeReference } from '../api/task-input.ts';
import type { SidecarTaskRequest } from '../api/task-plan.ts';
import { pollTaskQueue } from '../api/task-queues.ts';
import { DISPATCH, DISPATCH_OVERTIME_MS, LAST_CALL, POLL } from './activity-options.ts';

/** A task from the moment its execution time began. */
export interface Execution {
  readonly node: NodeReference;
  readonly taskId: string;
  readonly startedAtMs: number;
  /** Milliseconds since the epoch; absent = unbounded. */
  readonly deadlineMs?: number;
}

type Unreachable = { readonly state: 'unreachable'; readonly problem: string };

const { lookAtTask } = proxyActivities<Activities>({ ...LAST_CALL, summary: 'Ask the sidecar once more' });
const { deleteTask } = proxyActivities<Activities>({ ...LAST_CALL, summary: 'Take the task off the sidecar' });

/** What is left of the execution time as an activity's bound; `undefined` = nothing is left. */
function withinDeadline({ deadlineMs }: Execution, overtimeMs = 0): Pick<ActivityOptions, 'scheduleToCloseTimeout'> | undefined {
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
  execution: Execution,
  request: SidecarTaskRequest,
): Promise<Dispatch | { readonly state: 'cancelled' }> {
  const bound = withinDeadline(execution, DISPATCH_OVERTIME_MS);
  if (bound === undefined) return { state: 'late' };
  const { dispatchTask } = proxyActivities<Activities>({ ...DISPATCH, ...bound, summary: `Send ${request.type}` });
  try {
    return await dispatchTask({ ...execution, request });
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    if (!isCancellation(error)) return { state: 'late', ...problemOf(error) };
    const seen = await lookOnce(execution);
    if (seen.state === 'absent') return { state: 'cancelled' };
    return seen.state === 'completed' || seen.state === 'failed' ? seen : { state: 'running' };
  }
}

/** Polls until the sidecar is done or the execution time is over. */
export async function watch(execution: Execution): Promise<PollEnd> {
  const bound = withinDeadline(execution);
  if (bound === undefined) return { state: 'deadline' };
  const { pollTask } = proxyActivities<Activities>({
    ...POLL,
    ...bound,
    taskQueue: pollTaskQueue(workflowInfo().taskQueue),
    summary: `Poll the sidecar of ${execution.node.name}`,
  });
  try {
    return await pollTask({ ...execution, sinceMs: execution.startedAtMs });
  } catch (error) {
    if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
    return { state: 'deadline', ...problemOf(error) };
  }
}

/** Asks the sidecar what it knows of the task, also when the task is cancelled. */
export async function lookOnce(execution: Execution): Promise<TaskObservation | Unreachable> {
  try {
    return await CancellationScope.nonCancellable(() => lookAtTask(execution));
  } catch (error) {
    return { state: 'unreachable', problem: problemOf(error).problem ?? 'no answer' };
  }
}

/**
 * Takes the task off the sidecar, also when the task is cancelled.
 *
 * @returns Why that failed; absent when it did not.
 */
export async function takeOff({ node, taskId }: Execution): Promise<{ readonly problem?: string }> {
  try {
    await CancellationScope.nonCancellable(() => deleteTask({ node, taskId }));
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
