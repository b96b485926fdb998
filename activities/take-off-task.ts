import type { NodeReference } from '../api/node-reference.ts';
import type { TakeOffHeartbeat, TakeOffRequest } from '../core/activities.ts';
import { pollInterval } from '../core/poll-interval.ts';
import { cancelling, takingOff } from '../core/progress.ts';
import { taskFields } from '../core/task-fields.ts';
import { KubernetesError } from '../kubernetes/errors.ts';
import type { ResourceClient } from '../kubernetes/resource-client.ts';
import type { Attempt } from './attempt.ts';
import { SidecarError } from './errors.ts';
import type { MirrorDependencies } from './mirror-status.ts';
import { readSeiNode } from './read-sei-node.ts';
import { TaskReporter } from './task-reporter.ts';
import type { TaskPlaces } from './task-work.ts';

/**
 * Takes a wait off its sidecar, and retries without limit: an action at the end of the wait must not happen when
 * nothing watches it. Done when the sidecar answers that it does not know the task.
 *
 * @returns `gone` when the SeiNode no longer exists.
 */
export async function takeOffTask(
  { sidecar, seiNodes, ...mirror }: MirrorDependencies & TaskPlaces,
  { plan, cancelled }: TakeOffRequest,
  attempt: Attempt<TakeOffHeartbeat>,
): Promise<'taken-off' | 'gone'> {
  const { node, taskId } = plan.task;
  const reporter = new TaskReporter({ dependencies: mirror, task: plan.task, attempt });
  const ended = (state: 'taken-off' | 'gone'): typeof state => {
    mirror.log('TaskTakenOff', { ...taskFields(plan.task), state });
    return state;
  };
  if (cancelled) reporter.show({ step: 'noted', progress: cancelling(plan) });
  // Most are taken off at once: no status write is needed.
  else reporter.assume({ step: 'working', progress: takingOff(plan) });
  try {
    for (let tries = 1; ; tries += 1) {
      const problem = await tryOnce(() => sidecar.deleteTask(node, taskId, attempt.signal));
      if (problem === undefined) return ended('taken-off');
      attempt.signal.throwIfAborted();
      attempt.heartbeat({ taskId, tries, problem: problem.message });
      reporter.problem(problem);
      if (tries % 10 === 0 && (await isGone(seiNodes, node, attempt.signal))) return ended('gone');
      await attempt.sleep(Math.max(problem.retryAfterMs ?? 0, pollInterval(attempt.elapsedMs, Math.random())));
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

async function tryOnce(call: () => Promise<void>): Promise<SidecarError | undefined> {
  try {
    await call();
    return undefined;
  } catch (error) {
    if (error instanceof SidecarError) return error;
    throw error;
  }
}
