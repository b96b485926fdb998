import { timerLength } from './timer-length.ts';

/**
 * A time limit for one call, together with the caller's signal. Disposing of it ends its timer and its link to that
 * signal. Those of `AbortSignal.timeout` and `AbortSignal.any` outlive the call: with thousands of polls they took 5 %
 * of a process's time. Its timer does not keep the process alive.
 */
export class CallDeadline implements Disposable {
  readonly #controller = new AbortController();
  #milliseconds: number;
  readonly #outer: AbortSignal | undefined;
  readonly #abort = (): void => this.#controller.abort(this.#outer?.reason);
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param milliseconds - Of the call.
   * @param outer - The caller's signal. Unset: the call cannot be cancelled.
   * @throws the signal's reason when it is aborted already.
   */
  constructor(milliseconds: number, outer: AbortSignal | undefined) {
    outer?.throwIfAborted();
    outer?.addEventListener('abort', this.#abort, { once: true });
    this.#milliseconds = milliseconds;
    this.#outer = outer;
    this.restart();
  }

  /** Time that the call has. */
  get milliseconds(): number {
    return this.#milliseconds;
  }

  /** Aborted with a `TimeoutError` when the time is over, or by the caller's signal with its reason. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Stops the time until `restart`. The caller's signal still counts. */
  pause(): void {
    clearTimeout(this.#timer);
  }

  /** Gives the call its whole time again, or another one that begins here. */
  restart(milliseconds = this.#milliseconds): void {
    this.pause();
    this.#milliseconds = milliseconds;
    this.#timer = setTimeout(() => this.#expire(), timerLength(milliseconds));
    this.#timer.unref();
  }

  [Symbol.dispose](): void {
    this.pause();
    this.#outer?.removeEventListener('abort', this.#abort);
  }

  #expire(): void {
    this.#controller.abort(new DOMException(`The call took longer than ${this.#milliseconds} ms.`, 'TimeoutError'));
  }
}
