import { setTimeout as sleep } from 'node:timers/promises';
import type { NativeConnection } from '@temporalio/worker';
import { explainTemporalFailure } from './explain-temporal-failure.ts';

/** How often Temporal is asked, in milliseconds. */
const INTERVAL_MS = 5_000;
/** Timeout of one question, in milliseconds. */
const ANSWER_MS = 5_000;
/** How long every question has to fail before Temporal counts as lost, in milliseconds: a leader stands by then. */
export const LOST_AFTER_MS = 20_000;

/** The part of a connection that is used here. */
export type AskableConnection = Pick<NativeConnection, 'withDeadline' | 'workflowService'>;

/**
 * Asks Temporal at intervals whether it answers this process: a connection stays as it is while the server is away, so
 * the SDK does not tell.
 */
export class TemporalHealth {
  readonly #ask: () => Promise<unknown>;
  readonly #now: () => number;
  #problem: string | undefined;
  #failingSinceMs: number | undefined;

  /** @param now - Monotonic, in milliseconds. */
  constructor(connection: () => AskableConnection, namespace: string, now = () => performance.now()) {
    this.#ask = () =>
      connection().withDeadline(Date.now() + ANSWER_MS, () =>
        connection().workflowService.describeNamespace({ namespace }),
      );
    this.#now = now;
  }

  /** Why the last question failed. `undefined`: Temporal has answered it. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Whether every question of the last 20 s has failed. */
  get isLost(): boolean {
    return this.#failingSinceMs !== undefined && this.#now() - this.#failingSinceMs >= LOST_AFTER_MS;
  }

  /** Asks until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.check();
      await sleep(INTERVAL_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  /** Asks once. */
  async check(): Promise<void> {
    const askedMs = this.#now();
    try {
      await this.#ask();
      this.#problem = undefined;
      this.#failingSinceMs = undefined;
    } catch (error) {
      this.#problem = explainTemporalFailure(error).message;
      this.#failingSinceMs ??= askedMs;
    }
  }
}
