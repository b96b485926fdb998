/**
 * How many nodes have to agree on what the latest height is. One alone does not decide on it, also where one source is
 * enough: with a height that is too low it would have all others asked who signed long ago.
 */
export function agreeingOnHead(minSources: number): number {
  return Math.max(2, minSources);
}

/**
 * The head that so many nodes have: one that reports a height of its own does not move it.
 *
 * @param heights - Of the nodes that follow the chain.
 * @returns `undefined`: there are fewer.
 */
export function agreedHead(heights: readonly number[], nodes: number): number | undefined {
  return heights.toSorted((one, other) => other - one)[nodes - 1];
}
