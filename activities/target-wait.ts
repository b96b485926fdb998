import type { Reason } from '../api/reasons.ts';
import type { Verdict } from '../api/temporal/task-outcome.ts';
import type { CheckedTarget, OverTask, ReadyTask, TargetWaitState } from '../core/activities.ts';
import { nodeText } from '../api/node-reference.ts';
import { pollInterval } from '../core/poll-interval.ts';
import { present } from '../lib/present.ts';
import { printable } from '../lib/printable.ts';
import { sidecarActivity } from '../api/sidecar/sidecar-activity.ts';
import type { TaskPlan } from '../core/task-plan.ts';
import { recordedTime, timestamp } from '../lib/timestamp.ts';
import { guarded, queued, waitingForTarget, type Progress } from '../core/progress.ts';
import type { GuardHolder } from '../core/guard/guard-hold.ts';
import { guardTimedOut, waitingForGuard, type GuardObstacle } from '../core/guard/guard-obstacle.ts';
import type { WaitReason } from '../core/next-status.ts';
import { obstacleBeside, queueTimedOut, waitingInQueue, type Obstacle } from '../core/queueing.ts';
import { taskFields } from '../core/task-fields.ts';
import { resourceAlreadyTerminal, resourceGone, targetNotInPhase, waitingForPhase } from '../core/verdict.ts';
import type { Attempt } from './attempt.ts';
import {
  isOwnPermit,
  needsPermit,
  over,
  permitOf,
  phaseWait,
  readTarget,
  ready,
  waitsForGuard,
  type SeenTarget,
  type TargetDependencies,
} from './check-target.ts';
import { SidecarError } from './errors.ts';
import { GuardWait, type GuardTimes } from './guard-wait.ts';
import type { HeldWait } from './guard-waits.ts';
import { writeStatus } from './mirror-status.ts';
import type { PermitLine } from './permit-line.ts';
import { PermitWait } from './permit-wait.ts';

/** How often a task that waits for `minSecondsBetweenRestarts` checks again, in milliseconds. */
const LONGEST_REST_MS = 60_000;

export interface AwaitTargetOptions {
  readonly plan: TaskPlan;
  readonly attempt: Attempt<TargetWaitState>;
  /** For permits of nodes. */
  readonly line: PermitLine;
  /** For permits of chains. */
  readonly chainLine: PermitLine;
  /** Carried over from an earlier wait. */
  readonly earlier?: Partial<TargetWaitState> | undefined;
}

/** Waits until a task may be sent. After each wait, all conditions are checked again. */
export class TargetWait implements Disposable {
  readonly #dependencies: TargetDependencies;
  readonly #options: AwaitTargetOptions;
  #state: TargetWaitState;
  readonly #permit: PermitWait;
  /** Unset: the task does not wait for the guard. */
  readonly #guard: GuardWait | undefined;
  /** Unset: nothing is measured. */
  readonly #held: HeldWait | undefined;
  #lastRestartMs: number | undefined;
  /** What the status shows. */
  #shown: Progress | undefined;

  constructor(dependencies: TargetDependencies, options: AwaitTargetOptions) {
    this.#dependencies = dependencies;
    this.#options = options;
    const { plan, attempt, line, chainLine, earlier } = options;
    this.#state = { waitingFor: 'target', ...earlier, ...attempt.earlier };
    this.#permit = new PermitWait({
      permits: dependencies.permits,
      line,
      attempt,
      permitId: permitOf(plan),
      holder: plan.permitHolder,
      tasks: dependencies.tasks,
      metrics: dependencies.metrics,
    });
    const { guard } = plan;
    // The dispatch has looked for one that others had begun, and did not find it.
    if (guard !== undefined && (waitsForGuard(plan) || this.#state.heldBy !== undefined))
      this.#guard = new GuardWait(dependencies, { plan, guard, attempt, line: chainLine });
    this.#held = dependencies.guardWaits?.join(this.#state.hold);
  }

  /** How long the task has waited for its node, to be carried over to a later wait. */
  get state(): TargetWaitState {
    return this.#state;
  }

  /** The task when its wait is interrupted. */
  get waiting(): Extract<CheckedTarget, { state: 'waiting' }> {
    const { plan } = this.#options;
    return {
      state: 'waiting',
      plan,
      progress: this.#shown ?? waitingForTarget(`Waiting for ${nodeText(plan.task.node)}.`),
    };
  }

  [Symbol.dispose](): void {
    this.#permit[Symbol.dispose]();
    this.#guard?.[Symbol.dispose]();
    this.#held?.[Symbol.dispose]();
  }

  /** Checks once and waits for what blocks the task. @returns `undefined` when the caller has to check again. */
  async pass(): Promise<OverTask | ReadyTask | undefined> {
    const end = await this.#check();
    if (end !== undefined) this.measure(end.state === 'over' ? end.verdict.reason : 'PhaseMet');
    return end;
  }

  /** Records how long the waits took that have just ended. */
  measure(reason: Reason): void {
    this.#measurePhaseWait(reason);
    this.#record('sei_task_queue_duration_seconds', this.#state.queuedSinceMs, reason);
    this.#noteHold(undefined);
  }

  /** @param by - What of the guard holds the task back. Unset: nothing. */
  #noteHold(by: GuardHolder | undefined): void {
    this.#held?.heldBy(by, this.#options.attempt.nowMs);
    const { hold: _, ...state } = this.#state;
    this.#state = { ...state, ...present({ hold: this.#held?.hold }) };
  }

  #measurePhaseWait(reason: Reason): void {
    this.#record('sei_task_phase_wait_duration_seconds', this.#state.phaseSinceMs, reason);
  }

  #record(
    name: 'sei_task_queue_duration_seconds' | 'sei_task_phase_wait_duration_seconds',
    sinceMs: number | undefined,
    reason: Reason,
  ): void {
    if (sinceMs === undefined) return;
    const { plan, attempt } = this.#options;
    const seconds = Math.max(0, attempt.nowMs - sinceMs) / 1000;
    this.#dependencies.metrics?.record(name, { kind: plan.kind, reason }, seconds);
  }

  async #check(): Promise<OverTask | ReadyTask | undefined> {
    const { plan, attempt } = this.#options;
    const seen = await readTarget(this.#dependencies, plan, attempt.signal);
    if (seen.state === 'over') return over(plan, seen.verdict);
    if (seen.state === 'elsewhere') return await this.#waitForPhase(seen.phase);
    this.#measurePhaseWait('PhaseMet');
    const { phaseSinceMs: _, ...state } = this.#state;
    this.#state = { ...state, ...present({ chainId: this.#guard && seen.node.spec.chainId }) };
    if (!needsPermit(plan)) return ready(plan, seen);
    const { heldBy } = this.#state;
    // Allowed here and held back by the dispatch in turns, it would never come to an end.
    if (heldBy !== undefined && this.#queueRemainingMs <= 0) return await this.#waitForGuard(heldBy);
    const early = await this.#guard?.preview(seen.node, this.#guardTimes);
    if (early !== undefined) return await this.#waitForGuard(early);
    const taken = await this.#takeNode();
    if ('by' in taken) return await this.#waitBehind(taken, seen);
    return await this.#passGuard(seen, { ...ready(plan, seen), ...taken });
  }

  /** The dispatch looks for an adopted task for which no time is left, and does not send it. */
  async #waitBehind(
    obstacle: Obstacle,
    seen: Extract<SeenTarget, { state: 'met' }>,
  ): Promise<OverTask | ReadyTask | undefined> {
    const { plan, attempt } = this.#options;
    if (plan.begun === undefined || this.#begunRemainingMs() > 0) return await this.#waitForNode(obstacle);
    const { executionStartedAt = timestamp(attempt.nowMs - attempt.elapsedMs), ...begun } = plan.begun;
    return ready({ ...plan, begun: { ...begun, executionStartedAt } }, seen);
  }

  async #passGuard(
    { node }: Extract<SeenTarget, { state: 'met' }>,
    task: ReadyTask,
  ): Promise<OverTask | ReadyTask | undefined> {
    const isReady = { ...task, ...present({ sighting: this.#state.sighting }) };
    if (this.#guard === undefined) return isReady;
    const guard = await this.#guard.check(node, this.#guardTimes);
    return 'by' in guard ? await this.#waitForGuard(guard) : { ...isReady, guard };
  }

  get #queueRemainingMs(): number {
    const { queueTimeoutMs = Number.POSITIVE_INFINITY } = this.#options.plan;
    const { nowMs } = this.#options.attempt;
    return (this.#state.queuedSinceMs ?? nowMs) + queueTimeoutMs - nowMs;
  }

  get #guardTimes(): GuardTimes {
    const { queuedSinceMs } = this.#state;
    return { sinceMs: queuedSinceMs ?? this.#options.attempt.nowMs, lastRestartMs: this.#lastRestartMs };
  }

  /**
   * Another task's restart ends within minutes, so the permit is kept. During `minSecondsBetweenRestarts` the permit is
   * released for other tasks.
   */
  async #takeNode(): Promise<Obstacle | { readonly permitRunId: string }> {
    const taken = await this.#permit.acquire(this.#state.queuedSinceMs ?? this.#options.attempt.nowMs);
    if ('heldBy' in taken) return { by: 'permit', holder: taken.heldBy };
    const beside = await this.#obstacleBeside();
    if (beside?.by === 'interval') await this.#release();
    return beside ?? taken;
  }

  /** A sidecar that does not answer does not block the task here: it is asked again before anything is sent. */
  async #obstacleBeside(): Promise<Exclude<Obstacle, { by: 'permit' }> | undefined> {
    const { plan, attempt } = this.#options;
    const { node, taskId } = plan.task;
    try {
      const activity = sidecarActivity(await this.#dependencies.sidecar.listTasks(node, attempt.signal), taskId);
      this.#lastRestartMs = activity.lastRestartEndedAtMs;
      return obstacleBeside(activity, {
        betweenRestartsMs: plan.betweenRestartsMs,
        nowMs: attempt.nowMs,
        sighting: this.#state.sighting,
      });
    } catch (error) {
      if (error instanceof SidecarError) return undefined;
      throw error;
    }
  }

  /** A runbook keeps a permit that it holds. */
  async #release(): Promise<void> {
    await this.#guard?.release(this.#state.chainId);
    if (isOwnPermit(this.#options.plan)) await this.#permit.release();
  }

  async #waitForPhase(phase: string | undefined): Promise<OverTask | undefined> {
    const { plan, attempt } = this.#options;
    const wait = phaseWait(plan, phase);
    const { phaseSinceMs } = this.#state;
    this.#noteHold(undefined);
    if (phaseSinceMs === undefined) {
      if (needsPermit(plan)) await this.#release();
      const sinceMs = plan.waitingSinceMs ?? attempt.nowMs;
      const progress = waitingForTarget(waitingForPhase(plan.task.node, wait));
      const shown = await this.#show({ reason: 'PhaseNotMet', progress });
      if ('verdict' in shown) return over(plan, shown.verdict);
      this.#state = { ...this.#state, phaseSinceMs: recordedTime(shown.targetFirstObservedAt, sinceMs) };
      return undefined;
    }
    const remainingMs = phaseSinceMs + plan.requirePhaseTimeoutMs - attempt.nowMs;
    if (remainingMs <= 0) return over(plan, targetNotInPhase(plan.task.node, wait));
    await this.#pause(`phase ${plan.requirePhase}, now ${printable(phase ?? '(none yet)', 64)}`, {
      sinceMs: phaseSinceMs,
      atMostMs: remainingMs,
    });
    return undefined;
  }

  async #waitForNode(obstacle: Obstacle): Promise<OverTask | undefined> {
    const { plan, attempt } = this.#options;
    this.#noteHold(undefined);
    const sinceMs = this.#state.queuedSinceMs ?? attempt.nowMs;
    this.#state = {
      ...this.#state,
      queuedSinceMs: sinceMs,
      ...(obstacle.by === 'interval' ? { sighting: obstacle.sighting } : {}),
    };
    const { queueTimeoutMs = Number.POSITIVE_INFINITY } = plan;
    const remainingMs = this.#queueRemainingMs;
    const ended = await this.#showQueue(
      obstacle,
      remainingMs <= 0
        ? queueTimedOut(plan.task.node, obstacle, { timeoutMs: queueTimeoutMs, begun: plan.begun !== undefined })
        : undefined,
    );
    if (ended !== undefined) return ended;
    const atMostMs = Math.min(remainingMs, this.#begunRemainingMs());
    if (obstacle.by === 'permit') {
      attempt.heartbeat({ ...this.#state, waitingFor: obstacle.holder });
      await this.#permit.wait(atMostMs);
    } else if (obstacle.by === 'restart') {
      // An attempt whose worker was lost may have acquired the permit of the chain. That of the node is kept.
      await this.#guard?.release(this.#state.chainId);
      await this.#pause('restart of another task', { sinceMs, atMostMs });
    } else {
      attempt.heartbeat({ ...this.#state, waitingFor: 'spec.minSecondsBetweenRestarts' });
      await attempt.sleep(Math.min(atMostMs, LONGEST_REST_MS, obstacle.freeAtMs - attempt.nowMs));
    }
    return undefined;
  }

  /** No permit is held while the guard holds the task back, or another task may take down a validator of the chain. */
  async #waitForGuard(obstacle: GuardObstacle): Promise<OverTask | undefined> {
    const { plan, attempt } = this.#options;
    const sinceMs = this.#state.queuedSinceMs ?? attempt.nowMs;
    if (isOwnPermit(plan)) await this.#permit.release();
    this.#noteHold(holderOf(obstacle));
    this.#state = {
      ...this.#state,
      queuedSinceMs: sinceMs,
      ...present({ guard: obstacle.by === 'guard' ? obstacle.numbers : undefined }),
    };
    const { queueTimeoutMs = Number.POSITIVE_INFINITY } = plan;
    const remainingMs = this.#queueRemainingMs;
    const message = waitingForGuard(plan.task.node, obstacle, plan.queueTimeoutMs);
    const shown = await this.#show({ reason: 'Guarded', progress: guarded(message) });
    if ('verdict' in shown) return over(plan, shown.verdict);
    if (remainingMs <= 0)
      return over(
        plan,
        guardTimedOut(plan.task.node, obstacle, { timeoutMs: queueTimeoutMs, begun: plan.begun !== undefined }),
      );
    const waitingFor = obstacle.by === 'guard' ? `guard: ${obstacle.numbers.verdict}` : obstacle.holder;
    attempt.heartbeat({ ...this.#state, waitingFor });
    await this.#guard?.wait(obstacle, remainingMs);
    return undefined;
  }

  /** @param timedOut - Set after `queueTimeout`: then the condition is written only if it may say something else. */
  async #showQueue(obstacle: Obstacle, timedOut: Verdict | undefined): Promise<OverTask | undefined> {
    const { plan } = this.#options;
    if (timedOut !== undefined && this.#state.shown === 'Queued') return over(plan, timedOut);
    const shown = await this.#show({
      reason: 'Queued',
      progress: queued(waitingInQueue(plan.task.node, obstacle, plan.queueTimeoutMs)),
    });
    const verdict = 'verdict' in shown ? shown.verdict : timedOut;
    return verdict && over(plan, verdict);
  }

  async #pause(
    waitingFor: string,
    { sinceMs, atMostMs }: { readonly sinceMs: number; readonly atMostMs: number },
  ): Promise<void> {
    const { attempt } = this.#options;
    attempt.heartbeat({ ...this.#state, waitingFor });
    await attempt.sleep(Math.min(pollInterval(attempt.nowMs - sinceMs, Math.random()), atMostMs));
  }

  /** Writes only what the status does not show yet. */
  async #show({
    reason,
    progress,
  }: {
    readonly reason: WaitReason;
    readonly progress: Progress;
  }): Promise<{ readonly verdict: Verdict } | { readonly targetFirstObservedAt?: string }> {
    const { plan, attempt } = this.#options;
    if (this.#shown?.message === progress.message) return {};
    const recorded = await writeStatus(
      this.#dependencies,
      plan.task,
      { change: { step: 'waiting', reason, progress }, atMs: attempt.nowMs },
      attempt.signal,
    );
    if (recorded.outcome !== 'written')
      return { verdict: (recorded.outcome === 'gone' ? resourceGone : resourceAlreadyTerminal)(plan.task.node) };
    this.#dependencies.log('TaskWaiting', { ...taskFields(plan.task), reason, detail: progress.message });
    this.#shown = progress;
    this.#state = { ...this.#state, shown: reason };
    return present({ targetFirstObservedAt: recorded.targetFirstObservedAt });
  }

  /** An adopted task that is not known to be sent waits for its node at most as long as its execution time. */
  #begunRemainingMs(): number {
    const { plan, attempt } = this.#options;
    if (plan.begun === undefined || plan.timeoutMs === undefined) return Number.POSITIVE_INFINITY;
    const startedAtMs = Date.parse(plan.begun.executionStartedAt ?? '');
    return Number.isNaN(startedAtMs)
      ? plan.timeoutMs - attempt.elapsedMs
      : startedAtMs + plan.timeoutMs - attempt.nowMs;
  }
}

function holderOf(obstacle: GuardObstacle): GuardHolder {
  return obstacle.by === 'chain' ? 'ChainPermit' : (obstacle.numbers.verdict as GuardHolder);
}
