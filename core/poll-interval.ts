/** Between polls: 5 % of the time waited so far, so that the lag stays small in proportion (design §3). */
const SHARE_OF_WAIT = 0.05;
const SHORTEST_MS = 100;
const LONGEST_MS = 5_000;
/** The shorter part of the jitter: an interval is 80–100 % of its nominal length. */
const JITTER = 0.2;

/**
 * Time until the next poll.
 *
 * @param waitedMs - Time waited so far, in milliseconds.
 * @param random - A number in [0, 1) that spreads the polls of tasks which began together.
 * @returns Milliseconds, between 80 and 5000.
 */
export function pollInterval(waitedMs: number, random: number): number {
  const nominal = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, waitedMs * SHARE_OF_WAIT));
  return nominal * (1 - JITTER * random);
}
