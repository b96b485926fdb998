import { setTimeout as sleep } from 'node:timers/promises';
import type { Log, LogEvent, LogFields } from '../api/log.ts';
import { abortable } from '../lib/abortable.ts';
import { RepeatedFailures } from '../lib/repeated-failures.ts';

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 15_000;

/**
 * Retries what a start depends on until it succeeds: a process that waits and logs why is easier to diagnose than one
 * that crashes in a loop.
 *
 * @param failed - The log line about a failure.
 * @throws the signal's reason when it is aborted.
 */
export async function retryForever<Result>(
  failed: { readonly event: LogEvent } & LogFields,
  attempt: () => Promise<Result>,
  { log, signal }: { readonly log: Log; readonly signal: AbortSignal },
): Promise<Result> {
  const repeated = new RepeatedFailures();
  const { event, ...fields } = failed;
  for (let failures = 0; ; failures += 1) {
    signal.throwIfAborted();
    try {
      return await abortable(attempt(), signal);
    } catch (error) {
      signal.throwIfAborted();
      const delayMs = Math.round(
        Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** failures) * (0.75 + Math.random() / 2),
      );
      log(event, { ...fields, ...repeated.failed(error, delayMs) });
      await sleep(delayMs, undefined, { signal });
    }
  }
}
