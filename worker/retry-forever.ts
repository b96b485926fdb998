import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@temporalio/common';
import { abortable } from '../lib/abortable.ts';

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 15_000;

export interface RetryOptions {
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Called with what was tried and why it failed. */
  readonly onFailure: (problem: string) => void;
}

/**
 * Retries what a start depends on until it succeeds: a process that waits and logs why is easier to diagnose than one
 * that crashes in a loop.
 *
 * @param what - What is being tried, for the log line.
 * @throws the signal's reason when it is aborted.
 */
export async function retryForever<Result>(
  what: string,
  attempt: () => Promise<Result>,
  { log, signal, onFailure }: RetryOptions,
): Promise<Result> {
  for (let failures = 0; ; failures += 1) {
    signal.throwIfAborted();
    try {
      return await abortable(attempt(), signal);
    } catch (error) {
      signal.throwIfAborted();
      const delayMs = Math.round(
        Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** failures) * (0.75 + Math.random() / 2),
      );
      onFailure(`${what} failed: ${error instanceof Error ? error.message : String(error)}`);
      log.warn(`${what} failed; next try in ${(delayMs / 1000).toFixed(1)} s`, { error });
      await sleep(delayMs, undefined, { signal });
    }
  }
}
