import { failureCode, isError } from './error-chain.ts';
import { afterFailure, afterRecovery, type FailureFold } from './failure-fold.ts';

/** Failures that are told apart, at most: codes come from outside. */
const MOST_CODES = 100;

/** Fields of a log line about a failure. */
export interface FailureReport {
  readonly error: Error;
  readonly failures: number;
  readonly notLogged?: number;
  readonly failingMs?: number;
  readonly retryInMs?: number;
  /** Set when the failure repeats an earlier line. */
  readonly folded?: true;
}

/** Fields of the log line about its end. */
export interface RecoveryReport {
  readonly failures: number;
  readonly failingMs: number;
}

/** The failures of something that is retried without limit, folded by their code. */
export class RepeatedFailures {
  /** Unset: it works. */
  lastError: Error | undefined;
  readonly #folds = new Map<string, FailureFold>();
  readonly #now: () => number;
  #isLogged = false;

  /** @param now - Monotonic, in milliseconds. */
  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /**
   * Counts a failure.
   *
   * @param retryInMs - Time until the next try, in milliseconds.
   * @param code - Failures with the same one are folded. Unset: the code of the error.
   */
  failed(error: unknown, retryInMs?: number, code = failureCode(error)): FailureReport {
    this.lastError = isError(error) ? error : new Error(String(error));
    const nowMs = this.#now();
    const { fold, isLogged, notLogged } = afterFailure(this.#folds.get(code), nowMs);
    this.#keep(code, fold);
    this.#isLogged ||= isLogged;
    return {
      error: this.lastError,
      failures: fold.failures,
      ...(notLogged > 0 ? { notLogged } : {}),
      ...(fold.failures > 1 ? { failingMs: Math.round(nowMs - fold.firstMs) } : {}),
      ...(retryInMs === undefined ? {} : { retryInMs: Math.round(retryInMs) }),
      ...(isLogged ? {} : { folded: true }),
    };
  }

  /** @returns `undefined` when there is nothing to log: no failure was logged since it last worked. */
  recovered(): RecoveryReport | undefined {
    this.lastError = undefined;
    if (!this.#isLogged) return undefined;
    this.#isLogged = false;
    const failing = [...this.#folds.values()].filter(({ failures }) => failures > 0);
    for (const [code, fold] of this.#folds) this.#folds.set(code, afterRecovery(fold));
    return {
      failures: failing.reduce((sum, { failures }) => sum + failures, 0),
      failingMs: Math.round(this.#now() - Math.min(...failing.map(({ firstMs }) => firstMs))),
    };
  }

  #keep(code: string, fold: FailureFold): void {
    this.#folds.delete(code);
    this.#folds.set(code, fold);
    if (this.#folds.size <= MOST_CODES) return;
    const [oldest] = this.#folds.keys();
    if (oldest !== undefined) this.#folds.delete(oldest);
  }
}
