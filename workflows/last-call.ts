import { ActivityFailure, ApplicationFailure, CancellationScope, sleep } from '@temporalio/workflow';
import { UNREADABLE_PAYLOAD } from '../api/unreadable-payload.ts';

/** In milliseconds; doubled each time up to the longest. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * Calls once more at the end, also when the task is cancelled. A worker that lacks the payloads' key has called nobody,
 * so that is not what the end is decided by: it is tried again until the key is there.
 */
export async function lastCall<Result>(call: () => Promise<Result>): Promise<Result> {
  return await CancellationScope.nonCancellable(async () => {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, 2 * pauseMs)) {
      try {
        return await call();
      } catch (error) {
        if (!isUnreadable(error)) throw error;
      }
      await sleep(pauseMs);
    }
  });
}

function isUnreadable(error: unknown): boolean {
  return error instanceof ActivityFailure && error.cause instanceof ApplicationFailure && error.cause.type === UNREADABLE_PAYLOAD;
}
