import { setTimeout as sleep } from 'node:timers/promises';

/** The longest that a timer takes, in milliseconds: for waits that are given up here. */
export const FOR_EVER_MS = 2 ** 31 - 1;

const LOOK_MS = 500;
/** So long without a change means that there will be none. */
const STUCK_MS = 300_000;

/**
 * Waits until a count is what it is to become.
 *
 * @returns The count; less when it has not changed for five minutes.
 * @throws The signal's reason.
 */
export async function reached(all: number, count: () => number, signal: AbortSignal): Promise<number> {
  let last = count();
  let changedAt = performance.now();
  while (last < all && performance.now() - changedAt < STUCK_MS) {
    await sleep(LOOK_MS, undefined, { signal });
    const current = count();
    if (current !== last) changedAt = performance.now();
    last = current;
  }
  return last;
}
