import { InterruptedError } from './errors.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** Exit code that a shell reports for a program that was ended by Ctrl-C. */
const EXIT_INTERRUPTED = 130;
export const EXIT_FAILED = 1;

/**
 * Runs a program until its end or Ctrl-C.
 *
 * @param work - Gets a controller that is aborted by the first Ctrl-C, and that it may abort itself, for example when a
 * server ends.
 * @param onFailure - Called with the reason why the work did not complete: the reason of the abort, because later
 * errors only follow from it, or else the error that the work has thrown.
 * @returns The exit code: that of the work, 130 when it was interrupted, 1 when it failed otherwise.
 */
export async function interruptible(
  work: (ending: AbortController) => Promise<number>,
  onFailure: (failure: unknown) => void,
): Promise<number> {
  const ending = new AbortController();
  abortOnInterruption(ending);
  try {
    return await work(ending);
  } catch (error) {
    const failure: unknown = ending.signal.aborted ? ending.signal.reason : error;
    onFailure(failure);
    return failure instanceof InterruptedError ? EXIT_INTERRUPTED : EXIT_FAILED;
  }
}

/**
 * Aborts the controller at the first Ctrl-C (or SIGTERM, or a terminal that is closed), so that the program can stop
 * what it has started. The second one ends the program at once; its children end with it.
 */
function abortOnInterruption(controller: AbortController): void {
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(EXIT_INTERRUPTED);
      controller.abort(new InterruptedError(`interrupted by ${signal}`));
    });
  }
}
