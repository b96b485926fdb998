import type { PollOutcome, PollHeartbeat, PollRequest, Polled } from '../core/activities.ts';
import { pollInterval } from '../core/poll-interval.ts';
import { present } from '../lib/present.ts';
import { RepeatedFailures } from '../lib/repeated-failures.ts';
import type { TaskObservation } from '../api/sidecar/sidecar-task.ts';
import { definitionOf } from '../api/task-kinds.ts';
import { afterAnswer, afterSilence, isPending, LATE_POST_MS, LOST_MS, type Knowledge } from '../core/knowledge.ts';
import { isOutgrown } from '../core/heartbeat-timeout.ts';
import { cancelling, withNotice, workingAtHeight } from '../core/progress.ts';
import { taskFields } from '../core/task-fields.ts';
import { KubernetesError } from '../kubernetes/errors.ts';
import type { Attempt } from './attempt.ts';
import { SidecarError } from './errors.ts';
import { isCancelRequested } from './is-cancel-requested.ts';
import type { MirrorDependencies } from './mirror-status.ts';
import type { SeidRpc } from './seid-rpc.ts';
import { TaskReporter } from './task-reporter.ts';
import { taskWork, type TaskPlaces, type TaskWork } from './task-work.ts';

/** Minimum time between two submissions of a pending transaction, in milliseconds: about two blocks. */
const RESUBMIT_MS = 1_000;
/**
 * How often a sidecar that does not answer is asked again at the deadline, and the pause before each try, in
 * milliseconds.
 */
const LAST_LOOKS = 3;
const LAST_PAUSE_MS = 500;
/**
 * Pause between two reads of the height that a wait shows: the first one, doubled each time up to the longest, in
 * milliseconds.
 */
const FIRST_HEIGHT_MS = 30_000;
const LONGEST_HEIGHT_MS = 600_000;
/**
 * What each poll in flight adds to that pause at least, in milliseconds: each read changes the status, and the waits of
 * one process then write at most 8 heights a second. 3,700 young waits wrote 60 a second.
 */
const HEIGHT_MS_FOR_EACH = 120;

export interface PollDependencies extends MirrorDependencies, TaskPlaces {
  readonly rpc: SeidRpc;
  /** Tasks that this process polls: each poll counts itself. */
  readonly polls: { inFlight: number };
}

/**
 * Polls a task until it has ended or the execution time has passed. A sidecar that does not answer is asked again: it
 * may be restarting.
 */
export class TaskPoll {
  readonly #dependencies: PollDependencies;
  readonly #request: PollRequest;
  readonly #attempt: Attempt<PollHeartbeat>;
  readonly #work: TaskWork;
  readonly #reporter: TaskReporter;
  readonly #sentAgain = new RepeatedFailures();
  #knowledge: Knowledge;
  #polls: number;
  #resubmitAtMs = 0;
  /** For how long the sidecar has answered, in a row, that it does not know the task, and when it did so last. */
  #deniedMs: number;
  #deniedAtMs: number | undefined;
  #heightAtMs = 0;
  #heightPauseMs = FIRST_HEIGHT_MS;
  #height: number | undefined;

  constructor(dependencies: PollDependencies, request: PollRequest, attempt: Attempt<PollHeartbeat>) {
    this.#dependencies = dependencies;
    this.#request = request;
    this.#attempt = attempt;
    const { task } = request.plan;
    this.#work = taskWork(dependencies, task, request.request);
    this.#reporter = new TaskReporter({ dependencies, task, attempt });
    const {
      taskId: _,
      polls,
      deniedMs = 0,
      ...known
    } = attempt.earlier ?? { taskId: '', polls: 0, ...request.knowledge };
    this.#knowledge = known;
    this.#deniedMs = deniedMs;
    this.#polls = polls;
    // The workflow or an earlier attempt knows that much: the first heartbeat waits until there is more to say.
    attempt.assume(this.#details());
  }

  async run(): Promise<Polled> {
    const { polls } = this.#dependencies;
    const { knowledge } = this.#request;
    // The dispatch found the image set already. Others may have set another one since.
    if (knowledge.sent === 'no' && knowledge.seen === 'completed')
      return { state: 'completed', already: true, knowledge };
    polls.inFlight += 1;
    try {
      for (;;) {
        const end = (await this.#look()) ?? (this.#remainingMs() > 0 ? undefined : await this.#lastLook());
        if (end !== undefined) return { ...end, knowledge: this.#knowledge };
        await this.#attempt.sleep(Math.min(this.#pauseMs(), this.#remainingMs()));
      }
    } catch (error) {
      return this.#attempt.leave(error);
    } finally {
      polls.inFlight -= 1;
      await this.#reporter.settle();
    }
  }

  async #look(): Promise<PollOutcome | undefined> {
    const answer = await this.#ask();
    if (answer !== undefined) this.#knowledge = afterAnswer(this.#knowledge, answer);
    const end = answer && (await this.#endOf(answer));
    if (end !== undefined) return end;
    await this.#goOn();
    return this.#afterGrowth();
  }

  /** A wait that began among few sends its heartbeats more often than many waits can. */
  #afterGrowth(): PollOutcome | undefined {
    const { canPollAgain = false, cancelled, remainingMs } = this.#request;
    const { heartbeatTimeoutMs } = this.#attempt;
    const { inFlight } = this.#dependencies.polls;
    if (!canPollAgain || cancelled || remainingMs !== undefined || heartbeatTimeoutMs === undefined) return undefined;
    // A new poll would count from zero for how long the sidecar has not known the task.
    if (this.#deniedAtMs !== undefined || this.#deniedMs > 0) return undefined;
    return isOutgrown(heartbeatTimeoutMs, inFlight) ? { state: 'interrupted', inFlight } : undefined;
  }

  async #ask(): Promise<TaskObservation | undefined> {
    this.#polls += 1;
    try {
      const answer = await this.#work.look(this.#knowledge.sent, this.#attempt.signal);
      this.#reporter.problem(
        answer.state === 'absent'
          ? { code: 'SIDECAR_TASK_UNKNOWN', message: 'the sidecar answers that it does not know the task' }
          : undefined,
      );
      return answer;
    } catch (error) {
      if (!(error instanceof SidecarError || error instanceof KubernetesError) || this.#attempt.signal.aborted)
        throw error;
      this.#knowledge = afterSilence(this.#knowledge, error.message);
      this.#deniedAtMs = undefined;
      this.#reporter.problem(error);
      return undefined;
    }
  }

  async #endOf(answer: TaskObservation): Promise<PollOutcome | undefined> {
    if (answer.state !== 'absent') {
      this.#deniedMs = 0;
      this.#deniedAtMs = undefined;
    }
    switch (answer.state) {
      case 'completed':
        return { ...answer, ...present({ height: await this.#finalHeight() }) };
      case 'failed':
        return this.#isToBeSubmittedAgain(answer) ? await this.#submitAgain() : answer;
      case 'gone':
        return { state: 'gone' };
      case 'absent':
        return this.#afterDenial();
      default:
        return undefined;
    }
  }

  #afterDenial(): PollOutcome | undefined {
    const { cancelled, remainingMs } = this.#request;
    const { nowMs } = this.#attempt;
    this.#deniedMs += nowMs - (this.#deniedAtMs ?? nowMs);
    this.#deniedAtMs = nowMs;
    if (cancelled && this.#knowledge.sent !== 'yes' && this.#deniedMs >= LATE_POST_MS) return { state: 'absent' };
    return remainingMs === undefined && this.#deniedMs >= LOST_MS ? { state: 'lost' } : undefined;
  }

  async #goOn(): Promise<void> {
    this.#attempt.heartbeat(this.#details());
    await this.#readHeight();
    const { plan, notice, cancelled, submittedAtMs } = this.#request;
    const progress = withNotice(workingAtHeight(plan, this.#height), notice);
    this.#reporter.show(
      cancelled
        ? { step: 'noted', progress: cancelling(plan) }
        : { step: 'working', progress, submittedAtMs: this.#knowledge.sent === 'yes' ? submittedAtMs : undefined },
    );
  }

  #details(): PollHeartbeat {
    return {
      taskId: this.#request.plan.task.taskId,
      ...this.#knowledge,
      polls: this.#polls,
      ...(this.#deniedMs > 0 ? { deniedMs: this.#deniedMs } : {}),
    };
  }

  /** Shows the node's height while a wait runs: less often the longer it runs. */
  async #readHeight(): Promise<void> {
    const { plan } = this.#request;
    if (!definitionOf(plan.kind).onlyWaits || this.#attempt.nowMs < this.#heightAtMs) return;
    const pauseMs = Math.max(this.#heightPauseMs, this.#dependencies.polls.inFlight * HEIGHT_MS_FOR_EACH);
    this.#heightAtMs = this.#attempt.nowMs + pauseMs;
    this.#heightPauseMs = Math.min(LONGEST_HEIGHT_MS, 2 * this.#heightPauseMs);
    this.#height = await this.#dependencies.rpc.latestHeight(plan.task.node, this.#attempt.signal);
  }

  async #finalHeight(): Promise<number | undefined> {
    const { kind, task } = this.#request.plan;
    return definitionOf(kind).onlyWaits
      ? await this.#dependencies.rpc.latestHeight(task.node, this.#attempt.signal)
      : undefined;
  }

  #isToBeSubmittedAgain(answer: TaskObservation): boolean {
    return (
      definitionOf(this.#request.plan.kind).endsWith === 'transaction' && !this.#request.cancelled && isPending(answer)
    );
  }

  /** The sidecar then looks for the earlier transaction instead of sending a second one (contract §1.5). */
  async #submitAgain(): Promise<undefined> {
    const nowMs = this.#attempt.nowMs;
    if (nowMs < this.#resubmitAtMs || this.#remainingMs() <= 0) return;
    this.#resubmitAtMs = nowMs + RESUBMIT_MS;
    if (await isCancelRequested()) return;
    try {
      const answer = await this.#work.send();
      const { error: _, ...repeated } = this.#sentAgain.failed('pending');
      this.#dependencies.log('TransactionSentAgain', { ...taskFields(this.#request.plan.task), ...repeated });
      if (answer !== 'accepted')
        this.#knowledge = afterSilence(
          this.#knowledge,
          `the sidecar refused the task when it was sent again: ${answer.refused}`,
        );
    } catch (error) {
      if (!(error instanceof SidecarError)) throw error;
      this.#knowledge = afterSilence(this.#knowledge, error.message);
    }
  }

  /** Asks the sidecar once more: after an outage of this service the work may have ended long ago. */
  async #lastLook(): Promise<PollOutcome> {
    for (let looks = 1; looks < LAST_LOOKS && this.#knowledge.problem !== undefined; looks += 1) {
      await this.#attempt.sleep(LAST_PAUSE_MS);
      const end = await this.#look();
      if (end !== undefined) return end;
    }
    return { state: 'deadline' };
  }

  #remainingMs(): number {
    const { remainingMs = Number.POSITIVE_INFINITY } = this.#request;
    return remainingMs - this.#attempt.elapsedMs;
  }

  #pauseMs(): number {
    const waitedMs = this.#request.waitedMs + this.#attempt.elapsedMs;
    return pollInterval(waitedMs, Math.random(), this.#dependencies.polls.inFlight);
  }
}
