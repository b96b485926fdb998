import { setTimeout as sleep } from 'node:timers/promises';

const INTERVAL_MS = 50;

/**
 * Waits until `look` gives something other than `undefined` or `false`.
 *
 * @param timeoutMs - Only a bound on a test that will fail; generous, since machines are busy. Default 60,000.
 * @throws Error naming what was waited for, with the last error of `look` as its cause.
 */
export async function eventually<Result>(
  what: string,
  look: () => Promise<Result | undefined | false> | Result | undefined | false,
  timeoutMs = 60_000,
): Promise<Result> {
  const deadline = Date.now() + timeoutMs;
  for (let cause: unknown; ; ) {
    try {
      const result = await look();
      if (result !== undefined && result !== false) return result;
    } catch (error) {
      cause = error;
    }
    if (Date.now() >= deadline) throw new Error(`not within ${timeoutMs / 1000} s: ${what}`, { cause });
    await sleep(INTERVAL_MS);
  }
}
