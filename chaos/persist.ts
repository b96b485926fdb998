import { setTimeout as sleep } from 'node:timers/promises';

const RETRY_MS = 250;

/** Tries until it succeeds. @throws the signal's reason. */
export async function persist(attempt: () => Promise<void>, signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      await attempt();
      return;
    } catch {
      signal.throwIfAborted();
      await sleep(RETRY_MS, undefined, { signal });
    }
  }
}
