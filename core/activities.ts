import type { NodeReference } from '../api/node-reference.ts';
import type { Verdict } from '../api/temporal/task-outcome.ts';
import type { TaskObservation, TaskReport } from '../api/sidecar/sidecar-task.ts';
import type { BegunTask, TaskIdentity } from '../api/temporal/task-input.ts';
import type { GuardNumbers } from './guard/decide-guard.ts';
import type { GuardHold } from './guard/guard-hold.ts';
import type { GuardObstacle } from './guard/guard-obstacle.ts';
import type { WaitReason } from './next-status.ts';
import type { Knowledge, Sent } from './knowledge.ts';
import type { Progress } from './progress.ts';
import type { RestartSighting } from './queueing.ts';
import type { TaskPlan, TaskRequest } from './task-plan.ts';

/*
 * The activities by the names that the Temporal UI shows, and what goes between them and the workflows. All of it is in
 * histories: add optional fields, change none.
 */

interface CheckRequest {
  readonly kind: string;
  /** As it reached the workflow. */
  readonly input: unknown;
  /** First run in the workflow's chain. */
  readonly firstRunId: string;
}

/** The permit that a task took by itself. */
interface OwnPermit {
  readonly permitId: string;
  readonly holder: string;
  /** Unset: it is looked up. */
  readonly runId?: string | undefined;
}

/** The permit of a chain that a task may hold, and whether its restart counts for the next one. */
export interface ChainPermit {
  readonly chainId: string;
  readonly sent: Sent;
  /** Unset: what was sent was not seen to end, or the workflow is older than this field. */
  readonly wasSeenToEnd?: boolean;
}

/** The side effects of the task workflows, by the names that the Temporal UI shows. */
export interface Activities {
  /** Makes the plan, looks at the target and tries to take the node's permit where the kind changes the node. */
  checkTargetPhase(request: CheckRequest): Promise<CheckedTarget & { readonly knowsSearchAttributes: boolean }>;
  /**
   * Waits until the task may be sent: for the target's phase, its turn, and restarts of others. Returns `waiting` when it
   * is cancelled.
   */
  awaitTarget(request: {
    readonly plan: TaskPlan;
    readonly earlier?: Partial<TargetWaitState>;
  }): Promise<CheckedTarget & { readonly waited: TargetWaitState }>;
  dispatchTask(request: DispatchRequest): Promise<Dispatched>;
  /** Watches a task. An image that was set no longer needs the permit, which is released first. */
  pollTask(request: PollRequest & { readonly permitRunId?: string }): Promise<Polled>;
  takeOffTask(request: TakeOffRequest): Promise<TakenOff>;
  /**
   * Releases the permit, then writes the verdict. Returns the task that the status says was begun when the verdict
   * knows nothing of it.
   */
  mirrorStatus(
    request: MirrorRequest & { readonly permit?: OwnPermit; readonly chainPermit?: ChainPermit },
  ): Promise<BegunTask | undefined>;
  /**
   * Waits until the workflow that calls has a node to itself; it then hands its id on to its tasks as `permitHolder`.
   *
   * @param limit - `atMostMs`: longest wait, in milliseconds. Unset: as long as it takes.
   * @returns What is still waited for after that, as a sentence. Unset: the permit was acquired.
   */
  acquireNodePermit(
    node: NodeReference,
    limit?: { readonly atMostMs: number },
  ): Promise<{ readonly waitingFor: string } | undefined>;
  releaseNodePermit(node: NodeReference): Promise<void>;
  /** Checks the inputs of tasks that a runbook will start. Returns what is wrong with the first that is not valid. */
  validateTasks(tasks: readonly { readonly kind: string; readonly input: unknown }[]): Promise<Verdict | undefined>;
}

/** A task whose target is as it must be, and whose node it has to itself where its kind changes the node. */
export interface ReadyTask {
  readonly state: 'ready';
  readonly plan: TaskPlan;
  readonly request: TaskRequest;
  /** The run that is the permit. Unset: the task has none. */
  readonly permitRunId?: string;
  /** The restart of others that was waited for. */
  readonly sighting?: RestartSighting;
  /** Unset: the task is not guarded. */
  readonly guard?: ReadyGuard;
}

/** What the guard of a ready task came to. */
export interface ReadyGuard {
  readonly chainId: string;
  /** Told with the task: what was found and not waited for. Unset: nothing. */
  readonly notice?: string;
}

/** A task that ends without being sent. `plan` is unset when its input gives none. */
export interface OverTask {
  readonly state: 'over';
  readonly task: TaskIdentity;
  readonly plan?: TaskPlan;
  readonly verdict: Verdict;
}

export type CheckedTarget =
  | ReadyTask
  /** Something has to be waited for. */
  | { readonly state: 'waiting'; readonly plan: TaskPlan; readonly progress: Progress }
  | OverTask;

/** What a wait knows, also across attempts. Times are in milliseconds since the epoch. */
export interface TargetWaitState {
  readonly waitingFor: string;
  /** Since when the target has been in another phase. */
  readonly phaseSinceMs?: number;
  /** Since when the task has waited for the node. */
  readonly queuedSinceMs?: number;
  readonly sighting?: RestartSighting;
  /** Why the status says that the target is not ready. */
  readonly shown?: WaitReason;
  /** What the guard found last. */
  readonly guard?: GuardNumbers;
  /** What holds the task back, as far as it is measured. */
  readonly hold?: GuardHold;
  /** Chain whose permit the task may hold. */
  readonly chainId?: string;
  /** What the guard held the task back with when it was about to be sent, after the last wait had ended. */
  readonly heldBy?: GuardObstacle;
}

export interface DispatchRequest extends Pick<ReadyTask, 'plan' | 'request' | 'sighting' | 'guard'> {
  readonly knowledge: Knowledge;
  /** What of the execution time is used up. Unset: it has not begun. */
  readonly elapsedMs?: number;
}

/** What is known of an execution that has begun. */
export interface Begun {
  /** Used up of the execution time, in milliseconds. */
  readonly elapsedMs: number;
  /** In milliseconds since the epoch, as the status records it. */
  readonly startedAtMs: number;
  /** Told with the task. */
  readonly notice?: string;
}

/** How a dispatch ended. */
export type DispatchOutcome =
  | { readonly state: 'accepted' }
  /** It is there already, so nothing was sent: a failed id that is sent again runs again. */
  | Exclude<TaskObservation, { readonly state: 'absent' } | { readonly state: 'unconfirmed' }>
  | { readonly state: 'refused'; readonly words: string }
  /** The execution time was over before the task could be sent. */
  | { readonly state: 'late' }
  /** The node is not free after all. */
  | { readonly state: 'busy'; readonly sighting?: RestartSighting; readonly heldBy?: GuardObstacle }
  | { readonly state: 'cancelled' }
  /** The resource no longer exists, or has reached its end; nothing was sent. */
  | { readonly state: 'resource-gone' }
  | { readonly state: 'resource-terminal' };

/** `begun` is unset when the execution has not begun. */
export type Dispatched = {
  readonly knowledge: Knowledge;
  readonly begun?: Begun;
  /** Polls of this worker at the end of the dispatch. Unset: an older worker dispatched. */
  readonly inFlight?: number;
  /** Chain whose permit the task may hold. Unset: none, or an older worker dispatched. */
  readonly chainId?: string;
} & DispatchOutcome;

/** What an attempt leaves to the next one, and shows in the Temporal UI. */
export interface DispatchHeartbeat extends Knowledge {
  readonly taskId: string;
  /** When the execution began, in milliseconds since the epoch by Temporal's clock. */
  readonly executingSinceMs?: number;
}

export interface PollRequest {
  readonly plan: TaskPlan;
  readonly request: TaskRequest;
  readonly knowledge: Knowledge;
  /** Since the execution began, in milliseconds: it sets the pace. */
  readonly waitedMs: number;
  /** What is left of the execution time, in milliseconds. Unset: unbounded. */
  readonly remainingMs?: number;
  /** When the sidecar was first known to have accepted the task, in milliseconds since the epoch. */
  readonly submittedAtMs?: number;
  /** Told with the task. */
  readonly notice?: string;
  /** Whether the task was cancelled: a pending transaction is then not submitted again. */
  readonly cancelled: boolean;
  /** Whether the workflow heeds `inFlight` of an interrupted poll. Default: no, as workflows of older versions. */
  readonly canPollAgain?: boolean;
}

/** What a poll came to. `height`: that of the node when a wait for one is over. */
export type PollOutcome =
  | (TaskReport & { readonly height?: number })
  /**
   * `absent`: a cancelled task that may have been sent is not there. `lost`: the sidecar has answered for 10 minutes
   * that it does not know the task. `gone`: the SeiNode no longer exists.
   */
  | { readonly state: 'deadline' | 'absent' | 'lost' | 'gone' }
  /** So many polls are in flight by now that the wait is to be polled again, with a longer heartbeat timeout. */
  | { readonly state: 'interrupted'; readonly inFlight: number };

export type Polled = { readonly knowledge: Knowledge } & PollOutcome;

/** What an attempt leaves to the next one, and shows in the Temporal UI. */
export interface PollHeartbeat extends Knowledge {
  readonly taskId: string;
  /** Polls so far, those of earlier attempts included. */
  readonly polls: number;
  /** For how long the sidecar has answered, in a row, that it does not know the task, in milliseconds. Default: 0. */
  readonly deniedMs?: number;
}

export interface TakeOffRequest {
  readonly plan: TaskPlan;
  /** Whether the task was cancelled; otherwise its execution time is over. */
  readonly cancelled: boolean;
  /** Whether it was sent. Default: perhaps. */
  readonly sent?: Sent;
}

/**
 * What taking a wait off its sidecar came to: the sidecar does not have it any longer, the SeiNode no longer exists, or
 * the wait had ended before, and what it does at its end was done.
 */
export type TakenOff = 'taken-off' | 'gone' | TaskReport;

/** What an attempt shows in the Temporal UI. */
export interface TakeOffHeartbeat {
  readonly taskId: string;
  readonly tries: number;
  readonly problem?: string;
}

export interface MirrorRequest {
  readonly task: TaskIdentity;
  readonly verdict: Verdict;
  /** When the task ended, in milliseconds since the epoch. */
  readonly endedAtMs: number;
  /** When the sidecar was first known to have accepted the task, in milliseconds since the epoch. */
  readonly submittedAtMs?: number | undefined;
  /** When its workflow started, and when its execution began, in milliseconds since the epoch: for the log. */
  readonly workflowStartedAtMs?: number;
  readonly startedAtMs?: number;
  /** Set for a task that ends without having begun its execution: one that its status says was begun is not ended. */
  readonly unbegun: boolean;
}
