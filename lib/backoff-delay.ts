/** Delay before the second attempt, without jitter; client-go's reflector has the same, in milliseconds. */
const FIRST_MS = 800;
/** Longest delay without jitter, so that jitter ends at 30 s, in milliseconds. */
const LONGEST_MS = 20_000;

/**
 * How long to wait after `failures` failures in a row (≥ 1), in milliseconds: 0.8 s doubled each time up to 30 s, of
 * which a third is jitter.
 *
 * @param random from 0 to 1
 */
export function backoffDelay(failures: number, random: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1)) * (1 + random / 2);
}
