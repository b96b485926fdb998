import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@temporalio/common';
import { abortable } from '../lib/abortable.ts';

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 15_000;

/**
 * Repeats what a start-up depends on until it works: a process that waits and says so is easier to read than one
 * that crashes again and again.
 *
 * @param what - What is being tried, for the log line.
 * @throws the signal's reason when it is aborted.
 */
export async function retryForever<Result>(
  what: string,
  attempt: () => Promise<Result>,
  { log, signal }: { readonly log: Logger; readonly signal: AbortSignal },
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
      log.warn(`${what} failed; it is tried again in ${(delayMs / 1000).toFixed(1)} s`, { error });
      await sleep(delayMs, undefined, { signal });
    }
  }
}
