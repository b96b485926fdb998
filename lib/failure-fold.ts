/** Time from the first line about a failure to the next one, doubled each time up to the longest, in milliseconds. */
const FIRST_INTERVAL_MS = 30_000;
const LONGEST_INTERVAL_MS = 600_000;
/** A failure that comes back after this time without one is a new one, in milliseconds. */
const QUIET_MS = LONGEST_INTERVAL_MS;

/** What is remembered of one kind of failure. Times are in milliseconds, by any clock that never goes back. */
export interface FailureFold {
  /** Failures since it last worked. */
  readonly failures: number;
  /** Those since the last line. */
  readonly notLogged: number;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly loggedMs: number;
  readonly intervalMs: number;
}

/** A failure with what it repeats. */
export interface FoldedFailure {
  readonly fold: FailureFold;
  readonly isLogged: boolean;
  /** Failures before this one that were not logged since the last line. */
  readonly notLogged: number;
}

/**
 * Folds repeated failures: the first one is logged, then one after 30 s, 1 min, 2 min … at most 10 min. After it has
 * worked, a failure is logged at once, unless the last line is less than 30 s old: something that fails and works in
 * turns does not fill the log.
 */
export function afterFailure(fold: FailureFold | undefined, nowMs: number): FoldedFailure {
  if (fold === undefined || nowMs - fold.lastMs >= QUIET_MS) {
    const times = { firstMs: nowMs, lastMs: nowMs, loggedMs: nowMs, intervalMs: FIRST_INTERVAL_MS };
    return { fold: { failures: 1, notLogged: 0, ...times }, isLogged: true, notLogged: 0 };
  }
  const { failures, notLogged, intervalMs } = fold;
  const isNew = failures === 0;
  const next = { ...fold, failures: failures + 1, firstMs: isNew ? nowMs : fold.firstMs, lastMs: nowMs };
  if (nowMs - fold.loggedMs < intervalMs)
    return { fold: { ...next, notLogged: notLogged + 1 }, isLogged: false, notLogged };
  const nextMs = isNew ? FIRST_INTERVAL_MS : Math.min(LONGEST_INTERVAL_MS, 2 * intervalMs);
  return { fold: { ...next, notLogged: 0, loggedMs: nowMs, intervalMs: nextMs }, isLogged: true, notLogged };
}

/** The fold of something that works again. */
export function afterRecovery(fold: FailureFold): FailureFold {
  return { ...fold, failures: 0, notLogged: 0, intervalMs: FIRST_INTERVAL_MS };
}
