import { KubernetesError } from './errors.ts';
import type { Log } from '../lib/log.ts';

/** Time after which the same failure is logged again, in milliseconds. */
const REPEAT_MS = 60_000;

/** Keeps the last error of something that is retried without limit, and logs it once instead of once per attempt. */
export class FailureLog {
  lastError: Error | undefined;
  readonly #log: Log;
  readonly #subject: string;
  #logged: { readonly what: string; readonly at: number } | undefined;

  constructor(log: Log, subject: string) {
    this.#log = log;
    this.#subject = subject;
  }

  failed(error: unknown, retryInMs: number): void {
    this.lastError = error instanceof Error ? error : new Error(String(error));
    const what = error instanceof KubernetesError ? error.code : this.lastError.message;
    if (this.#logged?.what === what && Date.now() - this.#logged.at < REPEAT_MS) return;
    this.#logged = { what, at: Date.now() };
    this.#log.warn(`${this.#subject} failed; retrying: ${this.lastError.message}`, {
      code: what,
      retryInMs: Math.round(retryInMs),
    });
  }

  recovered(): void {
    if (this.#logged) this.#log.info(`${this.#subject} recovered`);
    this.#logged = undefined;
    this.lastError = undefined;
  }
}
