import type { DispatchOutcome, Begun, DispatchHeartbeat, DispatchRequest, Dispatched } from '../core/activities.ts';
import type { LogEvent, LogFields } from '../api/log.ts';
import { present } from '../lib/present.ts';
import { sidecarActivity, signalLaterText, type HeldTask } from '../api/sidecar/sidecar-activity.ts';
import type { StatusChange } from '../core/next-status.ts';
import { dispatchedEvents } from '../core/task-events.ts';
import { definitionOf } from '../api/task-kinds.ts';
import { recordedTime } from '../lib/timestamp.ts';
import {
  afterAcceptance,
  afterAnswer,
  afterLostPost,
  afterSilence,
  isAbsent,
  type Knowledge,
} from '../core/knowledge.ts';
import { dispatching, withNotice } from '../core/progress.ts';
import { obstacleBeside } from '../core/queueing.ts';
import { taskFields } from '../core/task-fields.ts';
import { phaseMet } from '../core/verdict.ts';
import { KubernetesError } from '../kubernetes/errors.ts';
import type { Attempt } from './attempt.ts';
import type { TargetDependencies } from './check-target.ts';
import { DispatchGuard } from './dispatch-guard.ts';
import { notAlive, SidecarError } from './errors.ts';
import { recordEvents, subjectsOf, writeStatus } from './mirror-status.ts';
import { taskWork, type TaskWork } from './task-work.ts';
import { TaskReporter } from './task-reporter.ts';

/**
 * Maximum age of the last check at the POST, in milliseconds. After that the check is repeated: another attempt may
 * have started.
 */
const FRESH_MS = 8_000;
/** Pause between two tries: the first one, doubled each time up to the longest, in milliseconds. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;
/**
 * A kind that changes the node is not sent when less than this is left of the execution time, in milliseconds, or less
 * than half of a short one.
 */
const LEAST_REMAINING_MS = 30_000;

/**
 * Sends a task to its sidecar, or sets an image, and retries until the result is known. Every try asks the sidecar
 * first, because an earlier POST may have arrived without a record of it. The execution time starts with the status
 * write right before the POST.
 */
export class TaskDispatch {
  readonly #dependencies: TargetDependencies;
  readonly #request: DispatchRequest;
  readonly #attempt: Attempt<DispatchHeartbeat>;
  readonly #work: TaskWork;
  readonly #reporter: TaskReporter;
  /** Unset: the guard is off. */
  readonly #guard: DispatchGuard | undefined;
  #lastRestartMs: number | undefined;
  #knowledge: Knowledge;
  /** By Temporal's clock. Unset: the execution time has not started. */
  #executingSinceMs: number | undefined;
  #startedAtMs: number | undefined;
  #isWritten = false;
  #notice: string | undefined;

  constructor(dependencies: TargetDependencies, request: DispatchRequest, attempt: Attempt<DispatchHeartbeat>) {
    this.#dependencies = dependencies;
    this.#request = request;
    this.#attempt = attempt;
    const { plan, elapsedMs } = request;
    this.#work = taskWork(dependencies, plan.task, request.request);
    const { guard } = plan;
    this.#guard = guard && new DispatchGuard(dependencies, { plan, guard, chainId: request.guard?.chainId, attempt });
    this.#reporter = new TaskReporter({ dependencies, task: plan.task, attempt });
    const { taskId: _, executingSinceMs, ...known } = attempt.earlier ?? { taskId: '', ...request.knowledge };
    this.#knowledge = known;
    this.#executingSinceMs =
      executingSinceMs ?? (elapsedMs === undefined ? undefined : attempt.nowMs - attempt.elapsedMs - elapsedMs);
    this.#reporter.assume({ step: 'noted', progress: dispatching(plan) });
    attempt.assume(this.#details(known));
  }

  async run(): Promise<Dispatched> {
    if (this.#isInDoubt) await this.#doubt();
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, 2 * pauseMs)) {
      const end = await this.#try().catch((error: unknown) => this.#onFailure(error));
      if (end !== undefined) return await this.#ended(end);
      if (this.#isLate()) return await this.#ended({ state: 'late' });
      await this.#attempt.sleep(pauseMs).catch(() => undefined);
      if (this.#attempt.isCancelled) return await this.#ended({ state: 'cancelled' });
      if (this.#attempt.signal.aborted) this.#attempt.leave(this.#attempt.signal.reason);
    }
  }

  /**
   * Whether the last heartbeat of a lost attempt may be older than its POST. With none at all, that attempt did not come
   * as far as to confirm one.
   */
  get #isInDoubt(): boolean {
    const { isAfterLoss, earlier } = this.#attempt;
    return this.#knowledge.sent === 'no' && isAfterLoss && earlier !== undefined;
  }

  /** Restores what an overtaken heartbeat said: that the execution had begun, and the task was about to be sent. */
  async #doubt(): Promise<void> {
    const begunAtMs = await this.#begunAtMs();
    if (begunAtMs === undefined) return;
    this.#executingSinceMs ??= begunAtMs;
    this.#knowledge = afterLostPost(this.#knowledge, 'the worker that was to send the task ended', true);
    this.#heartbeat(this.#knowledge);
  }

  /**
   * When the execution may have begun: the status has the task since before it was sent. Now, where there is no
   * resource. An API server that does not answer is waited for until the task is cancelled.
   *
   * @returns `undefined` when it has not begun.
   */
  async #begunAtMs(): Promise<number | undefined> {
    const { mirrorTo, taskId } = this.#request.plan.task;
    if (mirrorTo === undefined) return this.#attempt.nowMs;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, 2 * pauseMs)) {
      const { nowMs, signal } = this.#attempt;
      try {
        const resource = await this.#dependencies.tasks.get(mirrorTo.namespace, mirrorTo.name, { signal });
        if (resource?.metadata.uid !== mirrorTo.uid) return nowMs;
        const { task } = resource.status ?? {};
        return task?.id === taskId ? recordedTime(task.executionStartedAt, nowMs) : undefined;
      } catch (error) {
        const problem = this.#problemOf(error);
        if (problem === undefined) return nowMs;
        this.#reporter.problem(problem);
        await this.#attempt.sleep(pauseMs).catch(() => undefined);
      }
    }
  }

  /** @param isRepeated - Whether it is the second one in a row. */
  async #try(isRepeated = false): Promise<DispatchOutcome | undefined> {
    const lookedAt = performance.now();
    const found = await this.#find();
    if (found !== undefined) return (await this.#begin()) ?? found;
    return (await this.#held()) ?? (await this.#beginAndSend(lookedAt, isRepeated));
  }

  async #beginAndSend(lookedAt: number, isRepeated: boolean): Promise<DispatchOutcome | undefined> {
    const isOutdated = (this.#guard?.evaluatedAt ?? 0) > lookedAt;
    // The guard has read the chain for seconds. It is not evaluated again right away.
    if (isOutdated && !isRepeated) return await this.#try(true);
    if (isOutdated || isStale(lookedAt)) throw tooSlow();
    return (await this.#begin()) ?? (await this.#send(lookedAt));
  }

  /** @returns `undefined` when the sidecar does not have the task and was not seen to accept it. */
  async #find(): Promise<DispatchOutcome | undefined> {
    const seen = await this.#work.look(this.#knowledge.sent, this.#attempt.signal);
    this.#knowledge = afterAnswer(this.#knowledge, seen);
    if (seen.state === 'unconfirmed') throw notAlive();
    if (seen.state !== 'absent') return seen;
    return this.#knowledge.sent === 'yes' ? { state: 'running' } : undefined;
  }

  /** Why the task may not be sent now. One that goes back to waiting leaves the permit of its chain to others. */
  async #held(): Promise<DispatchOutcome | undefined> {
    const held = (await this.#busy()) ?? (await this.#heldByGuard());
    if (held?.state === 'busy') await this.#guard?.release(this.#knowledge.sent);
    return held;
  }

  async #heldByGuard(): Promise<DispatchOutcome | undefined> {
    if (this.#guard === undefined || this.#guard.isFresh) return undefined;
    const found = await this.#guard.evaluate(this.#lastRestartMs);
    if (found === undefined) return undefined;
    if (found === 'gone') return { state: 'gone' };
    if (this.#mayWait) return { state: 'busy', heldBy: found };
    await this.#guard.release(this.#knowledge.sent);
    const why = found.by === 'guard' ? found.finding : `chain ${found.chainId} is busy with ${found.holder}`;
    throw new SidecarError('GUARDED', `the guard holds the task back: ${why}`, { mayHaveArrived: false });
  }

  /**
   * Whether the task may go back to its wait, whose end says that nothing was sent. Its execution time has begun also when
   * only its sidecar did not answer.
   */
  get #mayWait(): boolean {
    if (this.#executingSinceMs === undefined) return true;
    return this.#knowledge.sent === 'no' && this.#request.plan.begun === undefined;
  }

  /** Whether a restart under another id blocks this task: the sidecar itself does not refuse a second one. */
  async #busy(): Promise<DispatchOutcome | undefined> {
    const { plan, sighting } = this.#request;
    if (!definitionOf(plan.kind).changesNode) return undefined;
    const activity = sidecarActivity(await this.#listTasks(), plan.task.taskId);
    this.#lastRestartMs = activity.lastRestartEndedAtMs;
    this.#notice = this.#noticeOf(definitionOf(plan.kind).restartsSeid ? signalLaterText(activity) : undefined);
    const obstacle = obstacleBeside(activity, {
      betweenRestartsMs: plan.betweenRestartsMs,
      nowMs: this.#attempt.nowMs,
      sighting,
    });
    if (obstacle === undefined) return undefined;
    if (this.#mayWait) return { state: 'busy', ...(obstacle.by === 'interval' ? { sighting: obstacle.sighting } : {}) };
    await this.#guard?.release(this.#knowledge.sent);
    throw new SidecarError(
      'SIDECAR_BUSY',
      'another task is restarting the node, or has restarted it within spec.minSecondsBetweenRestarts',
      {
        mayHaveArrived: false,
      },
    );
  }

  /** With what the guard found and the task does not wait for. */
  #noticeOf(ofSidecar: string | undefined): string | undefined {
    const notices = [this.#request.guard?.notice, this.#guard?.notice, ofSidecar].filter((text) => text !== undefined);
    return notices.length === 0 ? undefined : notices.join(' ');
  }

  /** A sidecar without an answer does not block an image: a new image may repair it. */
  async #listTasks(): Promise<readonly HeldTask[]> {
    const { kind, task } = this.#request.plan;
    try {
      return await this.#dependencies.sidecar.listTasks(task.node, this.#attempt.signal);
    } catch (error) {
      if (error instanceof SidecarError && definitionOf(kind).endsWith === 'image') return [];
      throw error;
    }
  }

  /**
   * Starts the execution time and writes that into the status.
   *
   * @returns Why nothing may be sent: the resource is gone or terminal.
   */
  async #begin(): Promise<DispatchOutcome | undefined> {
    if (this.#isWritten) return undefined;
    const { task, begun } = this.#request.plan;
    const nowMs = this.#attempt.nowMs;
    const startedAtMs = recordedTime(begun?.executionStartedAt, this.#executingSinceMs ?? nowMs);
    const change = this.#executing(startedAtMs);
    const recorded = await writeStatus(this.#dependencies, task, { change, atMs: nowMs }, this.#attempt.signal);
    if (recorded.outcome !== 'written' && (this.#knowledge.sent === 'no' || isAbsent(this.#knowledge)))
      return { state: recorded.outcome === 'gone' ? 'resource-gone' : 'resource-terminal' };
    this.#isWritten = recorded.outcome === 'written';
    this.#startedAtMs = recordedTime(recorded.executionStartedAt, startedAtMs);
    // A dispatch that was interrupted had begun before this one, and its workflow may not know.
    const sinceMs = this.#startedAtMs === startedAtMs ? this.#attempt.nowMs : this.#startedAtMs;
    this.#executingSinceMs = Math.min(this.#executingSinceMs ?? sinceMs, sinceMs);
    this.#reporter.assume(change);
    return undefined;
  }

  #executing(startedAtMs: number): Extract<StatusChange, { step: 'executing' }> {
    const { plan } = this.#request;
    const { task, begun, requirePhase } = plan;
    const target = begun === undefined ? { targetMessage: phaseMet(task.node, requirePhase) } : {};
    return {
      step: 'executing',
      progress: withNotice(dispatching(plan), this.#notice),
      ...target,
      taskId: task.taskId,
      startedAtMs,
    };
  }

  /**
   * There is no await between the last check of the clock and the POST.
   *
   * @param lookedAt - When the sidecar was asked for the task. A process that was paused since then asks again: another
   * attempt may have sent it.
   */
  async #send(lookedAt: number): Promise<DispatchOutcome | undefined> {
    if (this.#attempt.isCancelled) return { state: 'cancelled' };
    this.#attempt.signal.throwIfAborted();
    const before = this.#knowledge;
    // From here on the task counts as perhaps sent, even when this worker is killed. The confirmation also shows that
    // no other attempt has taken over.
    if (
      !(await this.#attempt.confirm(
        this.#details(afterLostPost(before, 'the worker ended while it sent the task', true)),
      ))
    )
      return { state: 'cancelled' };
    // Before the clocks are read: standard error may block.
    this.#log('TaskSending');
    if (isStale(lookedAt)) {
      // The API server or Temporal was slow, or this process was paused. Nothing was sent.
      this.#heartbeat(before);
      return undefined;
    }
    if (!this.#mayBegin()) return { state: 'late' };
    const sentAt = performance.now();
    try {
      const answer = await this.#work.send();
      if (answer !== 'accepted') {
        this.#knowledge = before;
        this.#log('TaskRefused', { error: { name: 'TaskRefused', message: answer.refused } });
        return { state: 'refused', words: answer.refused };
      }
      this.#log('TaskAccepted', { durationMs: Math.round(performance.now() - sentAt) });
      this.#knowledge = afterAcceptance(before);
      return { state: 'accepted' };
    } catch (error) {
      if (error instanceof SidecarError || error instanceof KubernetesError) {
        const mayHave = mayHaveArrived(error);
        this.#knowledge = afterLostPost(before, error.message, mayHave);
        if (mayHave) this.#log('TaskPerhapsSent', { error });
      }
      throw error;
    }
  }

  /**
   * Time without an answer of the sidecar counts as execution time, also before the task was sent. Time without an
   * answer of the API server does not.
   */
  async #onFailure(error: unknown): Promise<DispatchOutcome | undefined> {
    const problem = this.#problemOf(error);
    if (problem === undefined) return undefined;
    this.#knowledge = afterSilence(this.#knowledge, problem.message);
    const obstacle = problem instanceof SidecarError ? await this.#beginDespite() : undefined;
    this.#heartbeat(this.#knowledge);
    this.#reporter.show({ step: this.#isWritten ? 'working' : 'noted', progress: dispatching(this.#request.plan) });
    this.#reporter.problem(problem);
    return obstacle;
  }

  /** If the API server does not accept the status either, the execution time does not start. */
  async #beginDespite(): Promise<DispatchOutcome | undefined> {
    try {
      return await this.#begin();
    } catch (error) {
      this.#problemOf(error);
      return undefined;
    }
  }

  /** @returns `undefined` when the activity is cancelled. @throws errors that a retry cannot fix. */
  #problemOf(error: unknown): SidecarError | KubernetesError | undefined {
    if (this.#attempt.isCancelled) return undefined;
    if (this.#attempt.signal.aborted) this.#attempt.leave(error);
    if (error instanceof SidecarError || error instanceof KubernetesError) return error;
    throw error;
  }

  #heartbeat(knowledge: Knowledge): void {
    this.#attempt.heartbeat(this.#details(knowledge));
  }

  #details(knowledge: Knowledge): DispatchHeartbeat {
    return {
      taskId: this.#request.plan.task.taskId,
      ...knowledge,
      ...present({ executingSinceMs: this.#executingSinceMs }),
    };
  }

  #remainingMs(): number {
    const { timeoutMs = Number.POSITIVE_INFINITY } = this.#request.plan;
    return this.#executingSinceMs === undefined ? timeoutMs : this.#executingSinceMs + timeoutMs - this.#attempt.nowMs;
  }

  #isLate(): boolean {
    return this.#remainingMs() <= 0;
  }

  #mayBegin(): boolean {
    const { kind, timeoutMs = Number.POSITIVE_INFINITY } = this.#request.plan;
    const least = definitionOf(kind).changesNode ? Math.min(LEAST_REMAINING_MS, timeoutMs / 2) : 0;
    return this.#remainingMs() > least;
  }

  #log(event: LogEvent, fields: LogFields = {}): void {
    this.#dependencies.log(event, { ...taskFields(this.#request.plan.task), ...fields });
  }

  async #ended(end: DispatchOutcome): Promise<Dispatched> {
    await this.#reporter.settle();
    const { plan } = this.#request;
    if (end.state === 'accepted') {
      const note =
        definitionOf(plan.kind).endsWith === 'image'
          ? 'spec.image was set.'
          : `The sidecar accepted the task ${plan.task.taskId}.`;
      recordEvents(this.#dependencies, dispatchedEvents(subjectsOf(plan.task), note));
    }
    if (end.state === 'running' || end.state === 'completed' || end.state === 'failed')
      this.#log('TaskFound', { state: end.state });
    return {
      ...end,
      knowledge: this.#knowledge,
      ...present({ begun: this.#begun(), chainId: this.#guard?.chainId }),
    };
  }

  #begun(): Begun | undefined {
    if (this.#executingSinceMs === undefined) return undefined;
    const elapsedMs = Math.max(0, Math.round(this.#attempt.nowMs - this.#executingSinceMs));
    return {
      elapsedMs,
      startedAtMs: this.#startedAtMs ?? this.#executingSinceMs,
      ...present({ notice: this.#notice }),
    };
  }
}

/** If the API server refused the call or could not be reached, the image was not set. */
function mayHaveArrived(error: SidecarError | KubernetesError): boolean {
  return error instanceof SidecarError
    ? error.mayHaveArrived
    : error.httpStatus === undefined || error.httpStatus >= 500;
}

function tooSlow(): SidecarError {
  return new SidecarError(
    'SIDECAR_CALL_TIMEOUT',
    `the sidecar took longer than ${FRESH_MS / 1000} s for its answers before the task is sent, so it is asked again`,
    { mayHaveArrived: false },
  );
}

/** @param lookedAt - By the monotonic clock, in milliseconds. */
function isStale(lookedAt: number): boolean {
  return performance.now() - lookedAt > FRESH_MS;
}
