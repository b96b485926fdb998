import { Context } from '@temporalio/activity';
import type { Dispatch } from '../api/dispatch.ts';
import type { SidecarTaskRequest } from '../api/task-plan.ts';
import { SidecarError } from './errors.ts';
import { lookAtTask, type TaskReference } from './look-at-task.ts';
import type { SidecarClient } from './sidecar-client.ts';

export interface DispatchRequest extends TaskReference {
  readonly request: SidecarTaskRequest;
  /** Milliseconds since the epoch; absent = unbounded. */
  readonly deadlineMs?: number;
}

/**
 * Hands a task to the sidecar, unless the sidecar has it already. Every attempt looks first, since an earlier one may
 * have landed without a record of it, and a failed task that is sent again runs again.
 *
 * @throws SidecarError when it is not known whether the sidecar has the task, or when it could not be sent.
 */
export async function dispatchTask(sidecar: SidecarClient, dispatch: DispatchRequest): Promise<Dispatch> {
  const { cancellationSignal } = Context.current();
  Context.current().heartbeat({ taskId: dispatch.taskId, step: 'looking' });
  const seen = await lookAtTask(sidecar, dispatch, cancellationSignal);
  if (seen.state === 'unconfirmed') {
    throw new SidecarError(
      'SIDECAR_NOT_ALIVE',
      'the sidecar does not know the task but does not answer /v0/livez with 200 either; it is asked again',
    );
  }
  if (seen.state !== 'absent') return seen;
  if (dispatch.deadlineMs !== undefined && Date.now() >= dispatch.deadlineMs) return { state: 'late' };
  Context.current().heartbeat({ taskId: dispatch.taskId, step: 'sending' });
  cancellationSignal.throwIfAborted();
  const answer = await sidecar.postTask(dispatch.node, { id: dispatch.taskId, ...dispatch.request });
  return answer === 'accepted' ? { state: 'accepted' } : { state: 'refused', words: answer.refused };
}
