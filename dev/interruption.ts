import { InterruptedError } from './errors.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** As a shell reports a program that Ctrl-C has ended. */
export const EXIT_INTERRUPTED = 130;

/**
 * Aborts the controller at the first Ctrl-C (or SIGTERM, or a terminal that is closed), so that the program can end
 * what it has started. The second one ends the program at once; its children end with it.
 */
export function abortOnInterruption(controller: AbortController): void {
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(EXIT_INTERRUPTED);
      controller.abort(new InterruptedError(`interrupted by ${signal}`));
    });
  }
}
