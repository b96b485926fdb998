import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { ActivityCancelledError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';

/** For Temporal to take a heartbeat that is waited for, in milliseconds. */
const CONFIRM_MS = 5_000;

/**
 * One attempt of an activity that may go on for long: its clock, its heartbeats and what ends it early.
 *
 * Its time is Temporal's, carried on by a monotonic clock: a worker whose own clock is minutes off judges deadlines
 * like any other. The time that the attempt waited for a worker is not in it; the server's own timeouts bound that.
 */
export class Attempt<Details extends object> implements Disposable {
  /** Aborted when the activity is cancelled or the process shuts down. */
  readonly signal: AbortSignal;
  readonly #context = Context.current();
  readonly #shutdown: AbortSignal;
  readonly #startedMs = performance.now();
  #details: Details | undefined;
  readonly #heartbeats: NodeJS.Timeout | undefined;

  /**
   * @param shutdown - Aborted when the process shuts down: another worker then goes on.
   * @param share - Of the heartbeat timeout, after which a heartbeat is repeated when nothing has changed. A cancelled
   * activity hears of it with the next heartbeat.
   */
  constructor(shutdown: AbortSignal, share: number) {
    this.#shutdown = shutdown;
    this.signal = AbortSignal.any([this.#context.cancellationSignal, shutdown]);
    const { heartbeatTimeoutMs } = this.#context.info;
    if (heartbeatTimeoutMs !== undefined)
      this.#heartbeats = setInterval(() => this.#beat(), heartbeatTimeoutMs * share);
  }

  /** What an attempt before this one left in its last heartbeat. */
  get earlier(): Details | undefined {
    return this.#context.info.heartbeatDetails as Details | undefined;
  }

  get isCancelled(): boolean {
    return this.#context.cancellationSignal.aborted;
  }

  /** In milliseconds since the epoch, by Temporal's clock. */
  get nowMs(): number {
    return this.#context.info.currentAttemptScheduledTimestampMs + performance.now() - this.#startedMs;
  }

  /** Since the activity was scheduled, earlier attempts included, in milliseconds. */
  get elapsedMs(): number {
    return this.nowMs - this.#context.info.scheduledTimestampMs;
  }

  /** Keeps what is known where the next attempt and the Temporal UI find it. Repeated by itself until the end. */
  heartbeat(details: Details): void {
    const isNew = keyOf(details) !== keyOf(this.#details);
    this.#details = details;
    if (isNew) this.#beat();
  }

  /**
   * As `heartbeat`, and waits until Temporal has it: a worker that is killed takes with it what it had not handed over.
   *
   * @returns `false` when the activity was cancelled.
   * @throws ActivityNotFoundError when another attempt has taken over, ServiceError when Temporal did not answer in
   * time.
   */
  async confirm(details: Details): Promise<boolean> {
    this.#details = details;
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
    this.#context.heartbeat(this.#details);
  }

  /** Logs what stands in the way, with the activity's own fields. */
  warn(message: string, fields: Record<string, unknown>): void {
    this.#context.log.warn(message, fields);
  }

  /** @throws the signal's reason when the activity is cancelled or the process shuts down. */
  async sleep(milliseconds: number): Promise<void> {
    await sleep(Math.max(0, milliseconds), undefined, { signal: this.signal });
  }

  /**
   * What a failure ends the attempt with. In a process that shuts down another worker goes on at once instead of after
   * a heartbeat timeout.
   *
   * @throws CancelledFailure when the activity is cancelled, ApplicationFailure `WorkerShutdown` when the process
   * stops, otherwise the error itself.
   */
  leave(error: unknown): never {
    this.#context.cancellationSignal.throwIfAborted();
    if (!this.#shutdown.aborted) throw error;
    throw ApplicationFailure.create({
      type: 'WorkerShutdown',
      message: 'This worker is shutting down; another one goes on with the wait.',
      nextRetryDelay: '100 milliseconds',
    });
  }

  [Symbol.dispose](): void {
    clearInterval(this.#heartbeats);
  }
}

/** What makes heartbeats worth sending: not a counter. */
function keyOf(details: object | undefined): string {
  return (
    JSON.stringify(details, (key, value: unknown) => (key === 'polls' || key === 'tries' ? undefined : value)) ?? ''
  );
}
