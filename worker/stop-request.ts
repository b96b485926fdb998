/** Exit code that a shell reports for a program that was ended by Ctrl-C. */
const EXIT_INTERRUPTED = 130;

/**
 * A signal that is aborted by the first SIGTERM or SIGINT, whose name is the message of its reason. Further ones change nothing, except that a second Ctrl-C ends
 * the process at once. Imports nothing, so that signals are handled while the rest of the program loads.
 */
export function stopRequest(): AbortSignal {
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      if (stop.signal.aborted && name === 'SIGINT') process.exit(EXIT_INTERRUPTED);
      stop.abort(new Error(name));
    });
  }
  return stop.signal;
}
