import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { ActivityCancelledError } from '@temporalio/client';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { ownPendingActivity } from './own-pending-activity.ts';

/** Time limit for Temporal to accept a heartbeat that is waited for, in milliseconds. */
const CONFIRM_MS = 5_000;
/** A wait for a worker that makes no difference to a deadline, in milliseconds. */
const SHORT_WAIT_MS = 2_000;

/**
 * One attempt of an activity that may take long: its clock, its heartbeats and what ends it early.
 *
 * Its clock is Temporal's time plus the time that a monotonic clock has measured since: a worker whose own clock is
 * minutes off decides on deadlines like any other. The time that the attempt waited for a worker is only included after
 * `countWaitForWorker`.
 */
export class Attempt<Details extends object> implements Disposable {
  /** Aborted when the activity is cancelled or the process shuts down. */
  readonly signal: AbortSignal;
  readonly #context = Context.current();
  readonly #shutdown: AbortSignal;
  readonly #startedMs = performance.now();
  /** From when the attempt was due until a worker began it, in milliseconds. */
  #waitedForWorkerMs = 0;
  #isAfterLoss = false;
  #details: Details | undefined;
  #hasBeaten = false;
  readonly #heartbeats: NodeJS.Timeout | undefined;

  /**
   * @param shutdown - Aborted when the process shuts down: another worker then continues.
   * @param share - Part of the heartbeat timeout after which a heartbeat is repeated when nothing has changed. A
   * cancelled activity learns of it with its next heartbeat.
   */
  constructor(shutdown: AbortSignal, share: number) {
    this.#shutdown = shutdown;
    this.signal = AbortSignal.any([this.#context.cancellationSignal, shutdown]);
    if (this.heartbeatTimeoutMs !== undefined)
      this.#heartbeats = setInterval(() => this.#beat(), this.heartbeatTimeoutMs * share);
  }

  /** Details of the last heartbeat of an earlier attempt. */
  get earlier(): Details | undefined {
    return this.#context.info.heartbeatDetails as Details | undefined;
  }

  get isCancelled(): boolean {
    return this.#context.cancellationSignal.aborted;
  }

  /** Whether its workflow asked for that. An activity is cancelled also when an operator pauses or resets it. */
  get isCancelRequested(): boolean {
    return this.#context.cancellationDetails?.cancelRequested ?? false;
  }

  /** In milliseconds since the epoch, by Temporal's clock. */
  get nowMs(): number {
    const { currentAttemptScheduledTimestampMs } = this.#context.info;
    return currentAttemptScheduledTimestampMs + this.#waitedForWorkerMs + performance.now() - this.#startedMs;
  }

  /**
   * Whether the attempt before this one ended silently, because its worker was killed or was lost. What `earlier`
   * has may then be older than what that attempt did last: the SDK sends heartbeats late, and repeats them, while the
   * next one is confirmed. Only known after `countWaitForWorker`.
   */
  get isAfterLoss(): boolean {
    return this.#isAfterLoss;
  }

  /** In milliseconds. Unset: the activity sends no heartbeats. */
  get heartbeatTimeoutMs(): number | undefined {
    return this.#context.info.heartbeatTimeoutMs;
  }

  /** Time since the activity was scheduled, earlier attempts included, in milliseconds. */
  get elapsedMs(): number {
    return this.nowMs - this.#context.info.scheduledTimestampMs;
  }

  /**
   * Adds the time for which the attempt waited for a worker to its clock: hours when the service was down. Asks Temporal
   * when there may have been such a wait: in a repeated attempt, or when the worker's own clock shows one.
   *
   * @throws ServiceError when Temporal does not answer.
   */
  async countWaitForWorker(): Promise<void> {
    const { attempt, currentAttemptScheduledTimestampMs: dueMs } = this.#context.info;
    if (attempt === 1 && Math.abs(Date.now() - dueMs) < SHORT_WAIT_MS) return;
    const { lastStartedTime: began, lastFailure } = (await ownPendingActivity()) ?? {};
    this.#isAfterLoss = attempt > 1 && !lastFailure?.applicationFailureInfo;
    if (!began) return;
    const beganMs = 1_000 * Number(began.seconds ?? 0) + (began.nanos ?? 0) / 1_000_000;
    this.#waitedForWorkerMs = Math.max(0, beganMs - dueMs);
  }

  /** Sets what a heartbeat says until `heartbeat` or `confirm` sends other details. Sends nothing. */
  assume(details: Details): void {
    this.#details = details;
  }

  /**
   * Sends what is known as a heartbeat, for the next attempt and the Temporal UI. Repeated automatically until the end.
   */
  heartbeat(details: Details): void {
    const isNew = keyOf(details) !== keyOf(this.#details);
    this.#details = details;
    if (isNew) this.#beat();
  }

  /**
   * As `heartbeat`, and waits until Temporal has it: a heartbeat that was not sent is lost when the worker is killed.
   *
   * @returns `false` when the activity was cancelled.
   * @throws ActivityNotFoundError when another attempt has taken over, ServiceError when Temporal did not answer in
   * time.
   */
  async confirm(details: Details): Promise<boolean> {
    this.#details = details;
    // In place of an earlier one that the SDK still has to send.
    if (this.#hasBeaten) this.#beat();
    const { client, info } = this.#context;
    try {
      await client.withDeadline(Date.now() + CONFIRM_MS, () => client.activity.heartbeat(info.taskToken, details));
      return true;
    } catch (error) {
      if (error instanceof ActivityCancelledError) return false;
      throw error;
    }
  }

  #beat(): void {
    this.#hasBeaten = true;
    this.#context.heartbeat(this.#details);
  }

  /** @throws the signal's reason when the activity is cancelled or the process shuts down. */
  async sleep(milliseconds: number): Promise<void> {
    await sleep(Math.max(0, milliseconds), undefined, { signal: this.signal });
  }

  /**
   * The error with which a failure ends the attempt. When the process shuts down, another worker continues at once
   * instead of after a heartbeat timeout.
   *
   * @throws CancelledFailure when the activity is cancelled, ApplicationFailure `WorkerShutdown` when the process
   * stops, otherwise the error itself.
   */
  leave(error: unknown): never {
    this.#context.cancellationSignal.throwIfAborted();
    if (!this.#shutdown.aborted) throw error;
    throw ApplicationFailure.create({
      type: 'WorkerShutdown',
      category: ApplicationFailureCategory.BENIGN,
      message: 'This worker is shutting down; another one continues the wait.',
      nextRetryDelay: '100 milliseconds',
    });
  }

  [Symbol.dispose](): void {
    clearInterval(this.#heartbeats);
  }
}

/**
 * What a heartbeat waits for its turn with: counters and a problem, which the status shows sooner. While servers are
 * overloaded problems come and go with each poll, and a heartbeat for each would be more load.
 */
const NOT_URGENT = new Set(['polls', 'tries', 'deniedMs', 'problem']);

/** The part of a heartbeat whose change is sent at once. */
function keyOf(details: object | undefined): string {
  return JSON.stringify(details, (key, value: unknown) => (NOT_URGENT.has(key) ? undefined : value)) ?? '';
}
