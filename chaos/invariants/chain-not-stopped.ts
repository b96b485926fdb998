import type { Invariant } from './violation.ts';
import { isThird, powerAtRisk } from './power-at-risk.ts';

/**
 * Each time in which the chain stood still, it did so because of faults: with our restarts alone, and with who was known
 * to be missing, it would have continued.
 */
export const chainNotStopped: Invariant = ({ chain }) =>
  chain.stops
    .filter(({ fromMs, taskPower }) => isThird(chain, BigInt(taskPower)) || isThird(chain, powerAtRisk(chain, fromMs)))
    .map(({ fromMs, height, taskPower, totalPower, down }) => ({
      at: fromMs,
      subjects: down.map(({ name }) => name),
      text: `the chain stopped after block ${height} with ${taskPower} of ${totalPower} voting power down for restarts; down: ${down.map(({ name, reason }) => `${name} (${reason})`).join(', ')}`,
    }));
