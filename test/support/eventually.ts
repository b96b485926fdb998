import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Between two checks, in milliseconds: a tenth of the time waited, so that long waits leave the processor to what is
 * waited for.
 */
const [SHORTEST_MS, LONGEST_MS] = [50, 250];

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
  const begin = Date.now();
  const waitedMs = (): number => Date.now() - begin;
  for (let cause: unknown; ;) {
    try {
      const result = await look();
      if (result !== undefined && result !== false) return result;
    } catch (error) {
      cause = error;
    }
    if (waitedMs() >= timeoutMs) throw new Error(`not within ${timeoutMs / 1000} s: ${what}`, { cause });
    await sleep(Math.min(LONGEST_MS, Math.max(SHORTEST_MS, waitedMs() / 10)));
  }
}
