/**
 * The head that so many nodes have: one that reports a height of its own does not move it.
 *
 * @param heights - Of the nodes that follow the chain.
 * @returns `undefined`: there are fewer.
 */
export function agreedHead(heights: readonly number[], nodes: number): number | undefined {
  return heights.toSorted((one, other) => other - one)[nodes - 1];
}
