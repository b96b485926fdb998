import { setTimeout as sleep } from 'node:timers/promises';

/** What runs in the process until its end. */
export interface Part {
  readonly name: string;
  /** Runs until the signal is aborted, and drains. */
  readonly run: (signal: AbortSignal) => Promise<void>;
}

export interface RunOptions {
  /** Aborted when the process is asked to stop. */
  readonly shutdown: AbortSignal;
  /** How long the other parts have to drain when one has failed, in milliseconds. */
  readonly graceMs: number;
  /** Names of the parts that run; kept up to date. */
  readonly open: Set<string>;
}

/**
 * Runs all parts until they have ended. When one fails, the signals of the others are aborted.
 *
 * @throws what the first part has thrown, whatever happens to the others afterwards.
 */
export async function runParts(parts: readonly Part[], { shutdown, graceMs, open }: RunOptions): Promise<void> {
  const failed = new AbortController();
  const signal = AbortSignal.any([shutdown, failed.signal]);
  const runs = parts.map(async ({ name, run }) => {
    open.add(name);
    await run(signal).finally(() => open.delete(name));
  });
  try {
    await Promise.all(runs);
  } catch (firstCause) {
    failed.abort(firstCause);
    await Promise.race([Promise.allSettled(runs), sleep(graceMs, undefined, { ref: false })]);
    throw firstCause;
  }
}
