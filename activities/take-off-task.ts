import type { NodeReference } from '../api/node-reference.ts';
import { observationOf, type TaskReport } from '../api/sidecar/sidecar-task.ts';
import type { TaskIdentity } from '../api/temporal/task-input.ts';
import type { TakenOff, TakeOffHeartbeat, TakeOffRequest } from '../core/activities.ts';
import { pollInterval } from '../core/poll-interval.ts';
import { cancelling, takingOff } from '../core/progress.ts';
import { KubernetesError } from '../kubernetes/errors.ts';
import type { ResourceClient } from '../kubernetes/resource-client.ts';
import type { Attempt } from './attempt.ts';
import { notAlive, SidecarError, type SidecarErrorCode } from './errors.ts';
import type { MirrorDependencies } from './mirror-status.ts';
import { readSeiNode } from './read-sei-node.ts';
import type { SidecarClient } from './sidecar-client.ts';
import { TaskReporter } from './task-reporter.ts';
import type { TaskPlaces } from './task-work.ts';

/** A POST without an answer may still arrive: it takes at most 5 s here, and as long on its way, in milliseconds. */
const LATE_POST_MS = 10_000;
const LATE_PAUSE_MS = 2_000;
/** Answers that say nothing about a task, however often the sidecar is asked. */
const UNHELPFUL: readonly SidecarErrorCode[] = ['SIDECAR_UNREADABLE_ANSWER', 'SIDECAR_FORBIDDEN'];

/**
 * Takes a wait off its sidecar, and retries without limit: an action at the end of the wait must not happen when
 * nothing watches it. Asks for the wait first, because one that has ended has done its action.
 */
export async function takeOffTask(
  { sidecar, seiNodes, ...mirror }: MirrorDependencies & TaskPlaces,
  { plan, cancelled, sent = 'perhaps' }: TakeOffRequest,
  attempt: Attempt<TakeOffHeartbeat>,
): Promise<TakenOff> {
  const { node, taskId } = plan.task;
  const reporter = new TaskReporter({ dependencies: mirror, task: plan.task, attempt });
  if (cancelled) reporter.show({ step: 'noted', progress: cancelling(plan) });
  // Most are taken off at once: no status write is needed.
  else reporter.assume({ step: 'working', progress: takingOff(plan) });
  let absentSinceMs = sent === 'yes' ? Number.NEGATIVE_INFINITY : undefined;
  try {
    for (let tries = 1; ; tries += 1) {
      const answer = await tryOnce(sidecar, plan.task, attempt.signal);
      if (!(answer instanceof SidecarError)) {
        absentSinceMs ??= attempt.nowMs;
        if (answer !== 'absent') return answer;
        if (attempt.nowMs - absentSinceMs >= LATE_POST_MS) return 'taken-off';
        attempt.heartbeat({ taskId, tries });
        await attempt.sleep(LATE_PAUSE_MS);
        continue;
      }
      attempt.heartbeat({ taskId, tries, problem: answer.message });
      reporter.problem(answer);
      if (tries % 10 === 0 && (await isGone(seiNodes, node, attempt.signal))) return 'gone';
      await attempt.sleep(Math.max(answer.retryAfterMs ?? 0, pollInterval(attempt.elapsedMs, Math.random())));
    }
  } catch (error) {
    return attempt.leave(error);
  } finally {
    await reporter.settle();
  }
}

/** An error of the API server says nothing about the SeiNode. */
async function isGone(seiNodes: ResourceClient, node: NodeReference, signal: AbortSignal): Promise<boolean> {
  try {
    return (await readSeiNode(seiNodes, node, signal)) === undefined;
  } catch (error) {
    if (error instanceof KubernetesError) return false;
    throw error;
  }
}

/** @returns `absent` when the sidecar did not have the wait. An answer of 404 only counts while `/v0/livez` is 200. */
async function tryOnce(
  sidecar: SidecarClient,
  { node, taskId }: TaskIdentity,
  signal: AbortSignal,
): Promise<'taken-off' | 'absent' | TaskReport | SidecarError> {
  try {
    const ended = await endOf(sidecar, { node, taskId }, signal);
    if (ended !== undefined) return ended;
    if (await sidecar.deleteTask(node, taskId, signal)) return 'taken-off';
    if (await sidecar.isAlive(node, signal)) return 'absent';
    return notAlive();
  } catch (error) {
    if (error instanceof SidecarError && !signal.aborted) return error;
    throw error;
  }
}

/** An answer that is refused or cannot be read must not keep a wait on its sidecar. */
async function endOf(
  sidecar: SidecarClient,
  { node, taskId }: Pick<TaskIdentity, 'node' | 'taskId'>,
  signal: AbortSignal,
): Promise<TaskReport | undefined> {
  try {
    const task = await sidecar.getTask(node, taskId, signal);
    const seen = task && observationOf(task);
    return seen?.state === 'running' ? undefined : seen;
  } catch (error) {
    if (error instanceof SidecarError && UNHELPFUL.includes(error.code)) return undefined;
    throw error;
  }
}
