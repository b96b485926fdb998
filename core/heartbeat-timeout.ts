/** The shortest and the longest, in milliseconds. A lost worker is noticed after it. */
const SHORTEST_MS = 10_000;
const LONGEST_MS = 600_000;
/** What each poll in flight adds: some 50 heartbeats a second of 10,000 waits. */
const MS_FOR_EACH = 50;
/** A wait that began among few gets a longer timeout when the one of today is this many times its own. */
const OUTGROWN = 4;

/**
 * Heartbeat timeout of a wait without an execution time, in milliseconds. Heartbeats are most of the load of many waits
 * on Temporal (docs/performance.md).
 *
 * @param inFlight - Tasks that the process polls.
 */
export function heartbeatTimeout(inFlight: number): number {
  return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, inFlight * MS_FOR_EACH));
}

/** Whether a wait with this timeout sends too many heartbeats for the number of polls that are in flight by now. */
export function isOutgrown(timeoutMs: number, inFlight: number): boolean {
  return heartbeatTimeout(inFlight) >= OUTGROWN * timeoutMs;
}
