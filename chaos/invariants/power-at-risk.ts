import type { ObservedChain } from '../observations.ts';
import type { Invariant } from './violation.ts';

/**
 * Who was already missing for so long when a restart took effect, in milliseconds, the guard must have seen: the commits
 * of 4 s, which it read at most 15 s before the restart was sent, and a sidecar or worker that hesitates.
 */
const KNOWN_MS = 30_000;

/**
 * Voting power that may not be at risk: validators that our restarts have taken down, and those that were missing for
 * long. Who goes missing while a restart is under way is not foreseen, and not counted.
 *
 * @param at - In milliseconds since 1970.
 */
export function powerAtRisk({ absences }: ObservedChain, at: number): bigint {
  const down = absences.filter(
    ({ reason, fromMs, toMs = Number.POSITIVE_INFINITY }) =>
      fromMs <= at && at < toMs && (reason === 'task' || fromMs <= at - KNOWN_MS),
  );
  return down.reduce((sum, { power }) => sum + BigInt(power), 0n);
}

/** The largest power at risk, and when: it only grows when a restart of ours takes effect. */
export function mostAtRisk(chain: ObservedChain): { readonly power: bigint; readonly at: number } {
  const times = chain.absences.filter(({ reason }) => reason === 'task').map(({ fromMs }) => fromMs);
  return times
    .map((at) => ({ power: powerAtRisk(chain, at), at }))
    .reduce((most, each) => (each.power > most.power ? each : most), { power: 0n, at: 0 });
}

/** Less than a third of the voting power is ever at risk because of us. */
export const lessThanAThird: Invariant = ({ chain }) =>
  chain.absences
    .filter(({ reason, fromMs }) => reason === 'task' && isThird(chain, powerAtRisk(chain, fromMs)))
    .map(({ name, fromMs }) => ({
      at: fromMs,
      subjects: [name],
      text: `with the restart of ${name}, ${powerAtRisk(chain, fromMs)} of ${chain.totalPower} voting power was at risk`,
    }));

/** @returns Whether it is a third or more. */
export function isThird({ totalPower }: ObservedChain, power: bigint): boolean {
  return 3n * power >= BigInt(totalPower);
}
