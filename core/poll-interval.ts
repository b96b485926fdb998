/** Between polls: 5 % of the time waited so far, so that the lag stays small in proportion (design §3). */
const SHARE_OF_WAIT = 0.05;
const SHORTEST_MS = 100;
const LONGEST_MS = 5_000;
/**
 * What each poll in flight adds to the longest interval, from 5,000 of them on: one process then polls at most some 1,000
 * times a second. More would use up its main thread, and heartbeats and new tasks would wait.
 */
const SHARE_OF_EACH_MS = 1;
/** The shorter part of the jitter: an interval is 80–100 % of its nominal length. */
const JITTER = 0.2;

/**
 * Time until the next poll.
 *
 * @param waitedMs - Time waited so far, in milliseconds.
 * @param random - A number in [0, 1) that spreads the polls of tasks which began together.
 * @param inFlight - Tasks that this process polls.
 * @returns Milliseconds, between 80 and 5000; with more than 5,000 in flight up to 1 ms for each of them.
 */
export function pollInterval(waitedMs: number, random: number, inFlight = 0): number {
  const longest = Math.max(LONGEST_MS, inFlight * SHARE_OF_EACH_MS);
  const nominal = Math.min(longest, Math.max(SHORTEST_MS, waitedMs * SHARE_OF_WAIT));
  return nominal * (1 - JITTER * random);
}
