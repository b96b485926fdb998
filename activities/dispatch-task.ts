import { Context } from '@temporalio/activity';
import type { Dispatch } from '../api/dispatch.ts';
import { formatDuration } from '../api/go-duration.ts';
import { obstacleBeside } from '../api/queueing.ts';
import type { TaskObservation } from '../api/sidecar-task.ts';
import { timestamp } from '../api/status-update.ts';
import type { SidecarTaskRequest } from '../api/task-plan.ts';
import { readSidecarActivity } from './await-restart.ts';
import { SidecarError } from './errors.ts';
import { lookAtTask, type TaskReference } from './look-at-task.ts';
import type { SidecarClient } from './sidecar-client.ts';

export interface DispatchRequest extends TaskReference {
  readonly request: SidecarTaskRequest;
  /** Milliseconds since the epoch; absent = unbounded. */
  readonly deadlineMs?: number;
  /** Whether the sidecar took the task before: then it is never sent again, and a 404 counts as still running. */
  readonly accepted: boolean;
  /** Whether it must not be sent while the sidecar restarts seid under another id: the sidecar itself does not refuse. */
  readonly exclusive: boolean;
  /** Least time since the end of a restart under another id, in milliseconds. Default 0. */
  readonly betweenRestartsMs?: number;
}

/** What the Temporal UI shows of a dispatch, and what an attempt knows of the one before it. */
interface DispatchHeartbeat {
  readonly taskId: string;
  readonly step: 'looking' | 'sending' | 'failed';
  /** What went wrong last; the verdict tells it when nothing could be sent in time. */
  readonly problem?: string;
}

/**
 * Hands a task to the sidecar, unless the sidecar has it already. Every attempt looks first, since an earlier one may
 * have landed without a record of it, and a failed task that is sent again runs again.
 *
 * @throws SidecarError when it is not known whether the sidecar has the task, or when it could not be sent.
 */
export async function dispatchTask(sidecar: SidecarClient, dispatch: DispatchRequest): Promise<Dispatch> {
  const context = Context.current();
  const { problem } = (context.info.heartbeatDetails ?? {}) as Partial<DispatchHeartbeat>;
  const earlier = problem === undefined ? {} : { problem };
  const heartbeat = (details: Omit<DispatchHeartbeat, 'taskId'>): void =>
    context.heartbeat({ taskId: dispatch.taskId, ...details } satisfies DispatchHeartbeat);
  try {
    heartbeat({ step: 'looking', ...earlier });
    const seen = await look(sidecar, dispatch, context.cancellationSignal);
    if (seen.state !== 'absent') return seen;
    if (dispatch.accepted) return { state: 'running' };
    if (isOver(dispatch)) return { state: 'late', ...earlier };
    if (dispatch.exclusive) await assertNotBusy(sidecar, dispatch, context.cancellationSignal);
    heartbeat({ step: 'sending', ...earlier });
    context.cancellationSignal.throwIfAborted();
    return await send(sidecar, dispatch);
  } catch (error) {
    if (!(error instanceof SidecarError)) throw error;
    if (isOver(dispatch)) return { state: 'late', problem: error.message };
    heartbeat({ step: 'failed', problem: error.message });
    throw error;
  }
}

async function look(
  sidecar: SidecarClient,
  dispatch: DispatchRequest,
  signal: AbortSignal,
): Promise<Exclude<TaskObservation, { state: 'unconfirmed' }>> {
  const seen = await lookAtTask(sidecar, dispatch, signal);
  if (seen.state !== 'unconfirmed') return seen;
  throw new SidecarError(
    'SIDECAR_NOT_ALIVE',
    'the sidecar does not know the task but does not answer /v0/livez with 200 either; it is asked again',
  );
}

/** The wait for the node has made sure of both, unless the sidecar could not be asked then. */
async function assertNotBusy(sidecar: SidecarClient, { node, taskId, betweenRestartsMs = 0 }: DispatchRequest, signal: AbortSignal): Promise<void> {
  const obstacle = obstacleBeside(await readSidecarActivity(sidecar, { node, taskId }, signal), betweenRestartsMs, Date.now());
  if (obstacle === undefined) return;
  throw new SidecarError(
    'SIDECAR_BUSY',
    obstacle.by === 'restart'
      ? `the sidecar is at a restart under another id, task ${obstacle.taskId}; it is waited for`
      : `the node was restarted less than ${formatDuration(obstacle.intervalMs)} ago (spec.minSecondsBetweenRestarts); ${timestamp(obstacle.freeAtMs)} is waited for`,
  );
}

async function send(sidecar: SidecarClient, { node, taskId, request }: DispatchRequest): Promise<Dispatch> {
  const answer = await sidecar.postTask(node, { id: taskId, ...request });
  return answer === 'accepted' ? { state: 'accepted' } : { state: 'refused', words: answer.refused };
}

function isOver({ deadlineMs }: DispatchRequest): boolean {
  return deadlineMs !== undefined && Date.now() >= deadlineMs;
}
