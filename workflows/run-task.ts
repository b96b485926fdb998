import { ActivityFailure, ApplicationFailure, CancellationScope, CancelledFailure, metricMeter, proxyActivities, TimeoutFailure, workflowInfo } from '@temporalio/workflow';
import type { Begun, Dispatched } from '../activities/dispatch-task.ts';
import type { CheckedTarget, ReadyTask } from '../activities/check-target.ts';
import type { Activities } from '../activities/create-activities.ts';
import type { Polled, PollHeartbeat } from '../activities/poll-task.ts';
import type { TargetWaitState } from '../activities/target-wait.ts';
import { permitIdOf } from '../api/node-permit.ts';
import { present } from '../api/present.ts';
import { taskKinds, type TaskKind } from '../api/task-kinds.ts';
import type { BegunTask, TaskIdentity } from '../api/task-input.ts';
import type { TaskOutcome } from '../api/task-outcome.ts';
import type { TaskPlan } from '../api/task-plan.ts';
import { timestamp } from '../api/timestamp.ts';
import { knowledgeAtStart, LOST_MS, type Knowledge } from '../core/knowledge.ts';
import { cancelling, dispatching, waitingForTarget, workingOn, type Progress } from '../core/progress.ts';
import { verdictOf, type End } from '../core/task-verdict.ts';
import { resourceAlreadyTerminal, resourceGone, type Verdict } from '../core/verdict.ts';
import { DISPATCH, OVERTIME_MS, SHORT, waiting } from './activity-options.ts';
import { TaskControl } from './task-control.ts';
import { TaskDisplay } from './task-display.ts';

/** What a kind that nothing else bounds is still watched after a cancel, in milliseconds. */
const AFTER_CANCEL_MS = 600_000;

/** A task that is over. */
interface Ended {
  readonly task: TaskIdentity;
  readonly verdict: Verdict;
  /** Unset: its input gave no plan. */
  readonly plan?: TaskPlan;
  /** Unset: its execution never began. In milliseconds since the epoch. */
  readonly startedAtMs?: number;
  readonly submittedAtMs?: number;
  /** The run that is the permit, as far as it is known. */
  readonly permitRunId?: string;
}

/** The life of a task of any kind, from its input to its verdict. Whatever it decides, `core/` decides. */
export async function runTask(kind: TaskKind, input: unknown): Promise<TaskOutcome> {
  const display = new TaskDisplay();
  const control = new TaskControl();
  let ended = await new TaskRun({ kind, input, control, display }).run();
  for (let begun = await finish(ended); begun !== undefined; begun = await finish(ended)) {
    ended = await new TaskRun({ kind, input: { ...(input as object), begun }, control, display }).run();
  }
  const { task, verdict, startedAtMs } = ended;
  display.end(verdict);
  const outcome = {
    kind,
    verdict,
    node: { namespace: task.node.namespace, name: task.node.name },
    ...(startedAtMs === undefined ? {} : { taskId: task.taskId, executionStartedAt: timestamp(startedAtMs) }),
    endedAt: timestamp(Date.now()),
  };
  countVerdict(kind, verdict);
  if (verdict.phase === 'Complete') return outcome;
  // Temporal shows red what is red, and a runbook that composes it gets an exception.
  if (verdict.reason === 'Cancelled') throw new CancelledFailure(verdict.message, [outcome]);
  throw ApplicationFailure.create({ type: verdict.reason, message: verdict.message, details: [outcome], nonRetryable: true });
}

/** Gives the permit back and writes the verdict. @returns A begun task that the verdict knows nothing of: it was not written. */
async function finish({ task, plan, verdict, startedAtMs, submittedAtMs, permitRunId }: Ended): Promise<BegunTask | undefined> {
  if (plan === undefined && task.mirrorTo === undefined) return undefined;
  const { mirrorStatus } = proxyActivities<Activities>({ ...SHORT, summary: `Write the verdict: ${verdict.reason}` });
  const isOwn = plan !== undefined && taskKinds[plan.kind].changesNode && plan.permitHolder === workflowInfo().workflowId;
  const permit = isOwn ? { permit: { permitId: permitIdOf(task.cluster, task.node), holder: plan.permitHolder, ...present({ runId: permitRunId }) } } : {};
  const unbegun = startedAtMs === undefined && plan !== undefined && plan.begun === undefined;
  return await CancellationScope.nonCancellable(() => mirrorStatus({ task, verdict, endedAtMs: Date.now(), submittedAtMs, unbegun, ...permit }));
}

function countVerdict(kind: TaskKind, { reason }: Verdict): void {
  metricMeter.createCounter('sei_task_verdicts', '1', 'Tasks that reached their end, by kind and reason').add(1, { kind, reason });
}

interface TaskRunOptions {
  readonly kind: TaskKind;
  readonly input: unknown;
  readonly control: TaskControl;
  readonly display: TaskDisplay;
}

class TaskRun {
  readonly #options: TaskRunOptions;
  #knowledge: Knowledge = { sent: 'no' };
  /** Unset: the execution has not begun. `atMs`: when that was known here, in milliseconds since the epoch. */
  #begun: (Begun & { readonly atMs: number }) | undefined;
  #submittedAtMs: number | undefined;
  #permitRunId: string | undefined;

  constructor(options: TaskRunOptions) {
    this.#options = options;
  }

  async run(): Promise<Ended> {
    let checked: CheckedTarget = await this.#check();
    let waited: TargetWaitState | undefined;
    for (;;) {
      if (checked.state === 'over') return this.#over(checked);
      const plan = this.#current(checked.plan);
      if (this.#begun === undefined) this.#knowledge = knowledgeAtStart(plan.begun);
      if (this.#isCancelled && this.#knowledge.sent === 'no') return this.#end(plan, { by: 'cancellation', takenOff: false });
      if (checked.state === 'waiting') {
        const target: Awaited<ReturnType<Activities['awaitTarget']>> | undefined = await this.#awaitTarget(plan, waited);
        waited = target?.waited ?? waited;
        checked = target ?? checked;
        continue;
      }
      this.#permitRunId = checked.permitRunId;
      const dispatched = await this.#dispatch({ ...checked, plan });
      if (dispatched.state === 'busy') {
        waited = { waitingFor: 'node', ...waited, ...present({ sighting: dispatched.sighting }) };
        checked = { state: 'waiting', plan };
      } else if (dispatched.state !== 'cancelled' || this.#isCancelled) {
        return await this.#afterDispatch({ ...checked, plan }, dispatched);
      }
    }
  }

  get #isCancelled(): boolean {
    return this.#options.control.cancelled !== undefined;
  }

  /** The plan with what has changed of the spec since it was made. */
  #current(plan: TaskPlan): TaskPlan {
    const { change } = this.#options.control;
    if (change === undefined) return plan;
    const { timeoutMs: _, ...rest } = plan;
    return { ...rest, ...present({ timeoutMs: change.timeoutMs }), task: { ...plan.task, generation: change.generation } };
  }

  async #check(): Promise<CheckedTarget> {
    const { kind, input, control, display } = this.#options;
    const { checkTargetPhase } = proxyActivities<Activities>({ ...SHORT, cancellationType: 'WAIT_CANCELLATION_COMPLETED', summary: 'Read the SeiNode' });
    const check = (): ReturnType<Activities['checkTargetPhase']> => checkTargetPhase({ kind, input, firstRunId: workflowInfo().firstExecutionRunId });
    const isBegun = (input as { readonly begun?: unknown } | undefined)?.begun !== undefined;
    const checked = isBegun ? await CancellationScope.nonCancellable(check) : await control.untilChanged(check);
    if (checked === undefined) return this.#isCancelled ? cancelledUnplanned(kind, input) : await this.#check();
    if (checked.state === 'over') return checked;
    if (checked.knowsSearchAttributes) display.identify(checked.plan.task);
    if (checked.plan.cancelled !== undefined) control.cancel(checked.plan.cancelled);
    return checked;
  }

  async #awaitTarget(plan: TaskPlan, earlier: TargetWaitState | undefined): Promise<Awaited<ReturnType<Activities['awaitTarget']>> | undefined> {
    const { control, display } = this.#options;
    display.show(waitingForTarget(`Waiting for SeiNode ${plan.task.node.namespace}/${plan.task.node.name}.`));
    const { awaitTarget } = proxyActivities<Activities>({ ...waiting(false), summary: `Wait for ${plan.task.node.name}` });
    return await control.untilChanged(() => awaitTarget({ plan, ...present({ earlier }) }));
  }

  async #dispatch({ plan, request, sighting, permitRunId }: ReadyTask): Promise<Dispatched> {
    const { control, display } = this.#options;
    display.show(dispatching(plan));
    const { dispatchTask } = proxyActivities<Activities>({ ...DISPATCH, summary: 'type' in request ? `Send ${request.type}` : 'Set the image' });
    const dispatch = { plan, request, knowledge: this.#knowledge, ...present({ sighting, permitRunId, elapsedMs: this.#elapsedMs(plan) }) };
    const dispatched = await control.untilChanged(() => dispatchTask(dispatch));
    if (dispatched === undefined) return { state: 'cancelled', knowledge: { ...this.#knowledge, sent: this.#knowledge.sent === 'no' ? 'perhaps' : this.#knowledge.sent } };
    this.#knowledge = dispatched.knowledge;
    if (dispatched.begun !== undefined) this.#begun = { ...dispatched.begun, atMs: Date.now() };
    if (dispatched.state === 'accepted') this.#submittedAtMs = Date.now();
    return dispatched;
  }

  async #afterDispatch(ready: ReadyTask, dispatched: Dispatched): Promise<Ended> {
    const { plan } = ready;
    switch (dispatched.state) {
      case 'refused':
        return this.#end(plan, { by: 'refusal', words: dispatched.words });
      case 'gone':
        return this.#end(plan, { by: 'absence' });
      case 'resource-gone':
        return this.#over({ task: plan.task, plan, verdict: resourceGone(plan.task.node) });
      case 'resource-terminal':
        return this.#over({ task: plan.task, plan, verdict: resourceAlreadyTerminal(plan.task.node) });
      case 'accepted':
      case 'running':
      case 'completed':
        return taskKinds[plan.kind].endsWith === 'acceptance' ? this.#end(plan, { by: 'acceptance' }) : await this.#watch(ready);
      default:
        if (this.#knowledge.sent !== 'no') return await this.#watch(ready);
        return this.#end(plan, dispatched.state === 'cancelled' ? { by: 'cancellation', takenOff: false } : { by: 'deadline', takenOff: false });
    }
  }

  /** Watches a task that was sent, or may have been, to its end. What only waits is taken off the sidecar when it is cancelled. */
  async #watch(ready: ReadyTask): Promise<Ended> {
    const { onlyWaits, endsWith } = taskKinds[ready.plan.kind];
    for (let cancelledAtMs: number | undefined; ; ) {
      const plan = this.#current(ready.plan);
      if (this.#isCancelled) {
        cancelledAtMs ??= Date.now();
        if (onlyWaits) return await this.#takeOff(plan, 'cancellation');
        if (endsWith === 'image') return this.#end(plan, { by: 'cancellation', takenOff: false });
      }
      const polled = await this.#poll({ ...ready, plan }, cancelledAtMs);
      if (polled === undefined) continue;
      this.#knowledge = polled.knowledge;
      if (polled.state === 'completed' || polled.state === 'failed') return this.#end(plan, { by: 'report', report: polled, height: 'height' in polled ? polled.height : undefined });
      if (polled.state === 'gone') return this.#end(plan, { by: 'absence' });
      if (onlyWaits) return await this.#takeOff(plan, polled.state === 'lost' ? 'loss' : 'deadline');
      if (polled.state === 'lost') return this.#end(plan, { by: 'loss', afterMs: LOST_MS });
      return this.#end(plan, polled.state === 'absent' || plan.timeoutMs === undefined ? { by: 'cancellation', takenOff: false } : { by: 'deadline', takenOff: false });
    }
  }

  /** @returns `undefined` when it was interrupted, or when nobody worked on it until the deadline: then one last look follows. */
  async #poll({ plan, request }: ReadyTask, cancelledAtMs: number | undefined): Promise<Polled | undefined> {
    const { control } = this.#options;
    const remainingMs = this.#remainingMs(plan, cancelledAtMs);
    this.#show(workingOn(plan), plan);
    const { pollTask } = proxyActivities<Activities>({
      ...waiting(plan.timeoutMs !== undefined),
      ...(remainingMs === undefined ? {} : { scheduleToCloseTimeout: remainingMs + OVERTIME_MS }),
      summary: `Poll ${'type' in request ? `the sidecar of ${plan.task.node.name}` : plan.task.node.name}`,
    });
    const poll = {
      plan,
      request,
      knowledge: this.#knowledge,
      waitedMs: this.#elapsedMs(plan) ?? 0,
      cancelled: cancelledAtMs !== undefined,
      ...present({ remainingMs, submittedAtMs: this.#submittedAtMs, notice: this.#begun?.notice }),
    };
    try {
      return await control.untilChanged(() => pollTask(poll));
    } catch (error) {
      if (!(error instanceof ActivityFailure)) throw error;
      this.#knowledge = knownAtFailure(error) ?? this.#knowledge;
      return remainingMs === 0 ? { state: 'deadline', knowledge: this.#knowledge } : undefined;
    }
  }

  async #takeOff(plan: TaskPlan, by: 'cancellation' | 'deadline' | 'loss'): Promise<Ended> {
    if (by === 'cancellation') this.#show(cancelling(plan), plan);
    const { takeOffTask } = proxyActivities<Activities>({ ...waiting(false), summary: `Take the wait off the sidecar of ${plan.task.node.name}` });
    const taken = await CancellationScope.nonCancellable(() => takeOffTask({ plan, cancelled: by === 'cancellation' }));
    if (taken === 'gone') return this.#end(plan, { by: 'absence' });
    return this.#end(plan, by === 'loss' ? { by, afterMs: LOST_MS } : { by, takenOff: true });
  }

  /** What of the execution time is used up, in milliseconds. Unset: it has not begun. */
  #elapsedMs({ begun }: TaskPlan): number | undefined {
    if (this.#begun !== undefined) return Date.now() - this.#begun.atMs + this.#begun.elapsedMs;
    const startedAtMs = Date.parse(begun?.executionStartedAt ?? '');
    return Number.isNaN(startedAtMs) ? undefined : Math.max(0, Date.now() - startedAtMs);
  }

  /** What is left of the execution time, in milliseconds. Unset: unbounded. A cancelled task is bounded in any case. */
  #remainingMs(plan: TaskPlan, cancelledAtMs: number | undefined): number | undefined {
    if (plan.timeoutMs !== undefined) return Math.max(0, plan.timeoutMs - (this.#elapsedMs(plan) ?? 0));
    return cancelledAtMs === undefined ? undefined : Math.max(0, cancelledAtMs + AFTER_CANCEL_MS - Date.now());
  }

  #show(progress: Progress, plan: TaskPlan): void {
    const { atMs, elapsedMs, startedAtMs } = this.#begun ?? { atMs: Date.now(), elapsedMs: 0, startedAtMs: Date.now() };
    const deadlineMs = plan.timeoutMs === undefined ? undefined : atMs - elapsedMs + plan.timeoutMs;
    this.#options.display.show(progress, { taskId: plan.task.taskId, startedAtMs, deadlineMs });
  }

  #end(plan: TaskPlan, end: End): Ended {
    const { kind, task, payload, timeoutMs } = plan;
    const verdict = verdictOf({ kind, node: task.node, payload, timeoutMs, knowledge: this.#knowledge, end, cancelled: this.#options.control.cancelled });
    return this.#over({ task, plan, verdict });
  }

  #over({ task, plan, verdict }: Pick<Ended, 'task' | 'plan' | 'verdict'>): Ended {
    return { task, verdict, ...present({ plan, startedAtMs: this.#begun?.startedAtMs, submittedAtMs: this.#submittedAtMs, permitRunId: this.#permitRunId }) };
  }
}

/** An activity that nobody worked on at its end has left what it knew in its last heartbeat. */
function knownAtFailure({ cause }: ActivityFailure): Knowledge | undefined {
  const heartbeat = cause instanceof TimeoutFailure ? (cause.lastHeartbeatDetails as PollHeartbeat | undefined) : undefined;
  if (heartbeat === undefined) return undefined;
  const { taskId: _taskId, polls: _polls, ...knowledge } = heartbeat;
  return knowledge;
}

/** Cancelled before its input was read: nothing was sent. */
function cancelledUnplanned(kind: TaskKind, input: unknown): CheckedTarget {
  const { cluster = '', node = { namespace: '', name: '' }, mirrorTo } = (input ?? {}) as Partial<TaskIdentity>;
  const task = { cluster, kind, node, taskId: '', ...present({ mirrorTo }), provenance: {} };
  return { state: 'over', task, verdict: verdictOf({ kind, node, payload: {}, knowledge: { sent: 'no' }, end: { by: 'cancellation', takenOff: false } }) };
}
