/**
 * The nearest-rank percentile: the smallest value that so many percent of all values do not exceed.
 *
 * @param percent - Above 0, at most 100.
 * @returns One of the values; NaN when there are none.
 */
export function percentile(values: readonly number[], percent: number): number {
  const rank = Math.ceil((percent / 100) * values.length);
  return values.toSorted((a, b) => a - b)[rank - 1] ?? Number.NaN;
}
