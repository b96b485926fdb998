/** Does something now and at intervals until the signal is aborted. Does not keep the process alive. */
export function repeat(intervalMs: number, signal: AbortSignal, act: () => void): void {
  act();
  const timer = setInterval(act, intervalMs);
  timer.unref();
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
}
