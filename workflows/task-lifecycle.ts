import { wasSeenToEnd, type End } from '../core/ended-task.ts';
import { nodeText } from '../api/node-reference.ts';
import {
  ActivityFailure,
  CancellationScope,
  proxyActivities,
  TimeoutFailure,
  workflowInfo,
} from '@temporalio/workflow';
import type { Verdict } from '../api/temporal/task-outcome.ts';
import type {
  Activities,
  Begun,
  ChainPermit,
  CheckedTarget,
  OverTask,
  PollHeartbeat,
  Polled,
  ReadyTask,
  TargetWaitState,
} from '../core/activities.ts';
import { present } from '../lib/present.ts';
import type { TaskKind } from '../api/task-kinds.ts';
import type { TaskIdentity } from '../api/temporal/task-input.ts';
import type { TaskPlan } from '../core/task-plan.ts';
import { afterAnswer, isBegun, knowledgeAtStart, type Knowledge } from '../core/knowledge.ts';
import {
  afterDispatch,
  afterLossOfResource,
  afterPoll,
  afterTakeOff,
  afterTarget,
  type Situation,
  type Step,
} from '../core/next-step.ts';
import {
  cancelling,
  dispatching,
  takingOff,
  waitingForTarget,
  withNotice,
  workingOn,
  type Progress,
} from '../core/progress.ts';
import { verdictOf } from '../core/task-verdict.ts';
import { resourceAlreadyTerminal, resourceGone } from '../core/verdict.ts';
import { DISPATCH, OVERTIME_MS, SHORT, acquiring, polling, waiting } from './activity-options.ts';
import type { TaskControl } from './task-control.ts';
import type { TaskDisplay } from './task-display.ts';

/** How long a cancelled task is still watched that nothing else bounds, in milliseconds. */
const AFTER_CANCEL_MS = 600_000;

/** A task that is over. */
export interface FinishedTask {
  readonly task: TaskIdentity;
  readonly verdict: Verdict;
  /** Unset: its input gave no plan. */
  readonly plan?: TaskPlan;
  /** When its execution began, in milliseconds since the epoch. Unset: it did not. */
  readonly startedAtMs?: number;
  /**
   * When the sidecar was first known to have accepted it, in milliseconds since the epoch. Unset: that is not known.
   */
  readonly submittedAtMs?: number;
  /** The run that is its permit, as far as it is known. */
  readonly permitRunId?: string;
  /** What was told with it. Unset: nothing. */
  readonly notice?: string;
  /** Permit of a chain that it may hold. Unset: none. */
  readonly chainPermit?: ChainPermit;
}

export interface TaskLifecycleOptions {
  readonly kind: TaskKind;
  readonly input: unknown;
  readonly control: TaskControl;
  readonly display: TaskDisplay;
}

/** A step that was decided, or an end that an activity found. */
type Next = Step | OverTask;

/** The life of one task. Activities observe, `core/` decides, and each method here does one step. */
export class TaskLifecycle {
  readonly #options: TaskLifecycleOptions;
  #ready: Pick<ReadyTask, 'request' | 'sighting' | 'guard'> | undefined;
  #plan!: TaskPlan;
  #knowledge: Knowledge = { sent: 'no' };
  /** Unset: the execution has not begun. `atMs`: when that was heard here, in milliseconds since the epoch. */
  #begun: (Begun & { readonly atMs: number }) | undefined;
  #submittedAtMs: number | undefined;
  /** Polls of the worker that sent the task. */
  #inFlight: number | undefined;
  #permitRunId: string | undefined;
  /** Of the dispatch. */
  #chainId: string | undefined;
  #waited: Partial<TargetWaitState> | undefined;
  #waitingFor: Progress | undefined;

  constructor(options: TaskLifecycleOptions) {
    this.#options = options;
  }

  async run(): Promise<FinishedTask> {
    let next = await this.#checkTarget();
    while (!('state' in next) && next.do !== 'end') next = await this.#doStep(next);
    if ('state' in next) return this.#ended(next);
    const { task, kind } = this.#currentPlan;
    const verdict = this.#verdictOf(next.end);
    return this.#ended({ task, plan: this.#plan, verdict }, wasSeenToEnd(kind, next.end));
  }

  async #doStep(step: Exclude<Step, { do: 'end' }>): Promise<Next> {
    switch (step.do) {
      case 'await-target':
        return await this.#awaitTarget();
      case 'dispatch':
        return await this.#dispatch();
      case 'poll':
        return await this.#poll();
      default:
        return await this.#takeOff(step.by);
    }
  }

  async #checkTarget(): Promise<Next> {
    const { kind, input, control, display } = this.#options;
    const { checkTargetPhase } = proxyActivities<Activities>({
      ...SHORT,
      cancellationType: 'WAIT_CANCELLATION_COMPLETED',
      summary: 'Read the SeiNode',
    });
    const check = (): ReturnType<Activities['checkTargetPhase']> =>
      checkTargetPhase({ kind, input, firstRunId: workflowInfo().firstExecutionRunId });
    // What was begun before must be looked at, also when it is cancelled.
    const checked = isBegun(input) ? await CancellationScope.nonCancellable(check) : await control.untilChanged(check);
    if (checked === undefined)
      return control.cancelled === undefined
        ? await this.#checkTarget()
        : cancelledUnplanned(control.cancelled, kind, input);
    if (checked.state === 'over') return checked;
    this.#knowledge = knowledgeAtStart(checked.plan.begun);
    if (checked.knowsSearchAttributes) display.identify(checked.plan.task);
    if (checked.plan.cancelled !== undefined) control.cancel(checked.plan.cancelled);
    return this.#afterTarget(checked);
  }

  async #awaitTarget(): Promise<Next> {
    const { control, display } = this.#options;
    const plan = this.#currentPlan;
    display.show(this.#waitingFor ?? waitingForTarget(`Waiting for ${nodeText(plan.task.node)}.`));
    const { awaitTarget } = proxyActivities<Activities>({ ...acquiring(), summary: `Wait for ${plan.task.node.name}` });
    const target = await control.untilChanged(() => awaitTarget({ plan, ...present({ earlier: this.#waited }) }));
    if (target === undefined) return afterTarget('waiting', this.#situation);
    this.#waited = target.waited;
    return this.#afterTarget(target);
  }

  #afterTarget(checked: CheckedTarget): Next {
    if (checked.state === 'over') return checked;
    this.#plan = checked.plan;
    if (checked.state === 'waiting') this.#waitingFor = checked.progress;
    if (checked.state === 'ready') {
      this.#ready = checked;
      this.#permitRunId = checked.permitRunId;
    }
    return afterTarget(checked.state, this.#situation);
  }

  async #dispatch(): Promise<Next> {
    const { control, display } = this.#options;
    const plan = this.#currentPlan;
    const ready = this.#readyTask;
    display.show(dispatching(plan));
    const { dispatchTask } = proxyActivities<Activities>({
      ...DISPATCH,
      summary: 'type' in ready.request ? `Send ${ready.request.type}` : 'Set the image',
    });
    const request = {
      ...ready,
      plan,
      knowledge: this.#knowledge,
      ...present({ elapsedMs: this.#elapsedMs }),
    };
    const dispatched = await control.untilChanged(() => dispatchTask(request));
    if (dispatched === undefined) {
      // Between two attempts, or the last one was lost with its worker: what it began and sent is not known.
      this.#knowledge = { ...this.#knowledge, sent: this.#knowledge.sent === 'no' ? 'perhaps' : this.#knowledge.sent };
      this.#begun ??= { elapsedMs: 0, startedAtMs: Date.now(), atMs: Date.now() };
      return afterDispatch({ state: 'cancelled' }, this.#situation);
    }
    this.#knowledge = dispatched.knowledge;
    this.#inFlight = dispatched.inFlight;
    this.#chainId = dispatched.chainId;
    if (dispatched.begun !== undefined) this.#begun = { ...dispatched.begun, atMs: Date.now() };
    this.#noteSubmission();
    if (dispatched.state === 'busy') {
      const { sighting, heldBy } = dispatched;
      // Its time in the queue continues, or begins.
      this.#waited = { queuedSinceMs: Date.now(), ...this.#waited, ...present({ sighting, heldBy }) };
    }
    if (dispatched.state === 'resource-gone' || dispatched.state === 'resource-terminal')
      return this.#withoutResource(dispatched.state);
    return afterDispatch(dispatched, this.#situation);
  }

  async #poll(): Promise<Next> {
    const request = this.#pollRequest;
    const { plan, remainingMs } = request;
    this.#show(workingOn(plan));
    const { pollTask } = proxyActivities<Activities>({
      ...polling(plan.timeoutMs !== undefined, this.#inFlight),
      // A last check waits for a worker that can make it: only an answer, or none, decides.
      ...(remainingMs ? { scheduleToCloseTimeout: remainingMs + OVERTIME_MS } : {}),
      summary:
        'type' in request.request
          ? `Poll the sidecar of ${plan.task.node.name}`
          : `Wait until ${plan.task.node.name} runs the image`,
    });
    try {
      const polled = await this.#options.control.untilChanged(() => pollTask(request));
      this.#notePoll(polled);
      return afterPoll(polled ?? { state: 'interrupted' }, this.#situation);
    } catch (error) {
      if (!(error instanceof ActivityFailure)) throw error;
      // No worker worked on it until the deadline. One last check follows, unless this was it.
      this.#knowledge = knownAtFailure(error) ?? this.#knowledge;
      return remainingMs === 0 ? afterPoll({ state: 'deadline' }, this.#situation) : { do: 'poll' };
    }
  }

  #notePoll(polled: Polled | undefined): void {
    this.#knowledge = polled?.knowledge ?? this.#knowledge;
    if (polled?.state === 'interrupted') this.#inFlight = polled.inFlight;
    this.#noteSubmission();
  }

  /** Also where the answer to the POST was lost, and only a later look found the task. */
  #noteSubmission(): void {
    if (this.#knowledge.sent === 'yes') this.#submittedAtMs ??= Date.now();
  }

  get #pollRequest(): Parameters<Activities['pollTask']>[0] {
    return {
      plan: this.#currentPlan,
      request: this.#readyTask.request,
      knowledge: this.#knowledge,
      waitedMs: this.#elapsedMs ?? 0,
      cancelled: this.#options.control.cancelled !== undefined,
      canPollAgain: true,
      ...present({
        remainingMs: this.#remainingMs,
        submittedAtMs: this.#submittedAtMs,
        notice: this.#begun?.notice,
        permitRunId: this.#permitRunId,
      }),
    };
  }

  async #takeOff(by: 'cancellation' | 'deadline' | 'loss'): Promise<Next> {
    const plan = this.#currentPlan;
    const isCancelled = by === 'cancellation';
    this.#show(isCancelled ? cancelling(plan) : takingOff(plan));
    const { takeOffTask } = proxyActivities<Activities>({
      ...waiting(),
      summary: `Take the wait off the sidecar of ${plan.task.node.name}`,
    });
    const request = { plan, cancelled: isCancelled, sent: this.#knowledge.sent };
    const taken = await CancellationScope.nonCancellable(() => takeOffTask(request));
    if (typeof taken === 'object') this.#knowledge = afterAnswer(this.#knowledge, taken);
    this.#noteSubmission();
    return afterTakeOff(taken, by);
  }

  /** The plan with what has changed since it was made: the spec, and whether it was cancelled. */
  get #currentPlan(): TaskPlan {
    const { change, cancelled } = this.#options.control;
    const plan = { ...this.#plan, ...present({ cancelled }) };
    if (change === undefined) return plan;
    const { timeoutMs: _, ...rest } = plan;
    return {
      ...rest,
      ...present({ timeoutMs: change.timeoutMs, betweenRestartsMs: change.betweenRestartsMs }),
      task: { ...rest.task, generation: change.generation },
    };
  }

  get #readyTask(): Pick<ReadyTask, 'request' | 'sighting' | 'guard'> {
    if (this.#ready === undefined)
      throw new TypeError('a task is sent and watched only after its target was found ready');
    const { request, sighting, guard } = this.#ready;
    return { request, ...present({ sighting, guard }) };
  }

  get #situation(): Situation {
    const { kind, timeoutMs, begun } = this.#currentPlan;
    return {
      kind,
      onlyWatched: begun?.onlyWatched,
      sent: this.#knowledge.sent,
      isCancelled: this.#options.control.cancelled !== undefined,
      isBounded: timeoutMs !== undefined,
    };
  }

  /** What of the execution time is used up, in milliseconds. Unset: it has not begun. */
  get #elapsedMs(): number | undefined {
    if (this.#begun !== undefined) return Date.now() - this.#begun.atMs + this.#begun.elapsedMs;
    const startedAtMs = Date.parse(this.#plan.begun?.executionStartedAt ?? '');
    return Number.isNaN(startedAtMs) ? undefined : Math.max(0, Date.now() - startedAtMs);
  }

  /** What is left of the execution time, in milliseconds. Unset: unbounded. A cancelled task is bounded in any case. */
  get #remainingMs(): number | undefined {
    const { timeoutMs } = this.#currentPlan;
    const { cancelledAtMs } = this.#options.control;
    if (timeoutMs !== undefined) return Math.max(0, timeoutMs - (this.#elapsedMs ?? 0));
    return cancelledAtMs === undefined ? undefined : Math.max(0, cancelledAtMs + AFTER_CANCEL_MS - Date.now());
  }

  #show(progress: Progress): void {
    const { task, timeoutMs } = this.#currentPlan;
    const elapsedMs = this.#elapsedMs ?? 0;
    const deadlineMs = timeoutMs === undefined ? undefined : Date.now() - elapsedMs + timeoutMs;
    this.#options.display.show(progress, {
      taskId: task.taskId,
      startedAtMs: this.#begun?.startedAtMs ?? Date.now() - elapsedMs,
      deadlineMs,
    });
  }

  #verdictOf(end: End): Verdict {
    const { kind, task, payload, timeoutMs } = this.#currentPlan;
    const verdict = verdictOf({
      kind,
      node: task.node,
      payload,
      timeoutMs,
      knowledge: this.#knowledge,
      end,
      cancelled: this.#options.control.cancelled,
    });
    return withNotice(verdict, this.#begun?.notice);
  }

  /** The resource is gone or terminal, and the sidecar does not have the task. */
  #withoutResource(state: 'resource-gone' | 'resource-terminal'): Next {
    if (this.#knowledge.sent !== 'no') return afterLossOfResource(this.#situation);
    const { task } = this.#currentPlan;
    return {
      state: 'over',
      task,
      plan: this.#plan,
      verdict: state === 'resource-gone' ? resourceGone(task.node) : resourceAlreadyTerminal(task.node),
    };
  }

  #ended({ task, plan, verdict }: Pick<OverTask, 'task' | 'plan' | 'verdict'>, isSeenToEnd = false): FinishedTask {
    const chainId = this.#chainId ?? this.#ready?.guard?.chainId ?? this.#waited?.chainId;
    const chainPermit =
      chainId === undefined ? undefined : { chainId, sent: this.#knowledge.sent, wasSeenToEnd: isSeenToEnd };
    return {
      task,
      verdict,
      ...present({
        plan,
        startedAtMs: this.#begun?.startedAtMs,
        submittedAtMs: this.#submittedAtMs,
        permitRunId: this.#permitRunId,
        chainPermit,
        notice: this.#begun?.notice,
      }),
    };
  }
}

/** What the last heartbeat of a lost activity says. */
function knownAtFailure({ cause }: ActivityFailure): Knowledge | undefined {
  const heartbeat =
    cause instanceof TimeoutFailure ? (cause.lastHeartbeatDetails as PollHeartbeat | undefined) : undefined;
  if (heartbeat === undefined) return undefined;
  const { taskId: _taskId, polls: _polls, deniedMs: _deniedMs, ...knowledge } = heartbeat;
  return knowledge;
}

/** Cancelled before its input was read: nothing was sent. */
function cancelledUnplanned(cancelled: string, kind: TaskKind, input: unknown): OverTask {
  const { cluster = '', node = { namespace: '', name: '' }, mirrorTo } = (input ?? {}) as Partial<TaskIdentity>;
  const task = { cluster, kind, node, taskId: '', ...present({ mirrorTo }), provenance: {} };
  return {
    state: 'over',
    task,
    verdict: verdictOf({
      kind,
      node,
      payload: {},
      knowledge: { sent: 'no' },
      end: { by: 'cancellation', takenOff: false },
      cancelled,
    }),
  };
}
