import type { NodeReference } from '../api/node-reference.ts';
import { observationOf, type TaskReport } from '../api/sidecar/sidecar-task.ts';
import type { TaskIdentity } from '../api/temporal/task-input.ts';
import type { TakenOff, TakeOffHeartbeat, TakeOffRequest } from '../core/activities.ts';
import { LATE_POST_MS, type Sent } from '../core/knowledge.ts';
import { pollInterval } from '../core/poll-interval.ts';
import { cancelling, takingOff } from '../core/progress.ts';
import { taskFields } from '../core/task-fields.ts';
import { KubernetesError } from '../kubernetes/errors.ts';
import type { ResourceClient } from '../kubernetes/resource-client.ts';
import type { Attempt } from './attempt.ts';
import { notAlive, SidecarError, type SidecarErrorCode } from './errors.ts';
import type { MirrorDependencies } from './mirror-status.ts';
import { readSeiNode } from './read-sei-node.ts';
import type { SidecarClient } from './sidecar-client.ts';
import { TaskReporter } from './task-reporter.ts';
import type { TaskPlaces } from './task-work.ts';

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
  const { task } = plan;
  const reporter = new TaskReporter({ dependencies: mirror, task, attempt });
  if (cancelled) reporter.show({ step: 'noted', progress: cancelling(plan) });
  // Most are taken off at once: no status write is needed.
  else reporter.assume({ step: 'working', progress: takingOff(plan) });
  try {
    const takenOff = await new TakeOff({ sidecar, seiNodes, task, sent, attempt, reporter }).run();
    if (typeof takenOff === 'string') mirror.log('TaskTakenOff', { ...taskFields(task), state: takenOff });
    return takenOff;
  } catch (error) {
    return attempt.leave(error);
  } finally {
    await reporter.settle();
  }
}

interface TakeOffOptions extends TaskPlaces {
  readonly task: TaskIdentity;
  readonly sent: Sent;
  readonly attempt: Attempt<TakeOffHeartbeat>;
  readonly reporter: TaskReporter;
}

class TakeOff {
  readonly #options: TakeOffOptions;
  #tries = 0;
  /** By the attempt's clock. Unset: the sidecar has not answered yet. */
  #absentSinceMs: number | undefined;

  constructor(options: TakeOffOptions) {
    this.#options = options;
    if (options.sent === 'yes') this.#absentSinceMs = Number.NEGATIVE_INFINITY;
  }

  async run(): Promise<TakenOff> {
    const { sidecar, task, attempt } = this.#options;
    for (;;) {
      this.#tries += 1;
      const answer = await tryOnce(sidecar, task, attempt.signal);
      const end = await (answer instanceof SidecarError ? this.#afterProblem(answer) : this.#afterAnswer(answer));
      if (end !== undefined) return end;
    }
  }

  /** A POST that may have been sent may still arrive. */
  async #afterAnswer(answer: TakenOff | 'absent'): Promise<TakenOff | undefined> {
    if (answer !== 'absent') return answer;
    const { task, attempt } = this.#options;
    this.#absentSinceMs ??= attempt.nowMs;
    if (attempt.nowMs - this.#absentSinceMs >= LATE_POST_MS) return 'taken-off';
    attempt.heartbeat({ taskId: task.taskId, tries: this.#tries });
    await attempt.sleep(LATE_PAUSE_MS);
    return undefined;
  }

  async #afterProblem(problem: SidecarError): Promise<TakenOff | undefined> {
    const { seiNodes, task, attempt, reporter } = this.#options;
    attempt.heartbeat({ taskId: task.taskId, tries: this.#tries, problem: problem.message });
    reporter.problem(problem);
    if (this.#tries % 10 === 0 && (await isGone(seiNodes, task.node, attempt.signal))) return 'gone';
    await attempt.sleep(Math.max(problem.retryAfterMs ?? 0, pollInterval(attempt.elapsedMs, Math.random())));
    return undefined;
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
