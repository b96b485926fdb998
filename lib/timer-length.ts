/** A timer for longer than this ends at once, in milliseconds: 24 days. */
const LONGEST_MS = 2 ** 31 - 1;

/** A length of time as every timer takes it: `AbortSignal.timeout` throws for a fraction of a millisecond. */
export function timerLength(milliseconds: number): number {
  return Math.min(LONGEST_MS, Math.max(1, Math.floor(milliseconds)));
}
