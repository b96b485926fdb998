import type { NamedSeries } from './query-panel.ts';
import type { TimeRange } from './prometheus.ts';
import type { UnitName } from './units.ts';

/** A graph as the page draws it. */
export interface Chart {
  /** Of the element that it is drawn into. */
  readonly id: string;
  readonly unit: UnitName;
  /** One for each series. */
  readonly colors: readonly string[];
  /** Times in seconds since 1970, then the values of each series at these times. */
  readonly data: readonly (readonly (number | null)[])[];
}

/** The values of all series at the same times; null where one has none. */
export function alignedData(series: readonly NamedSeries[], { start, end, step }: TimeRange): Chart['data'] {
  const times = Array.from({ length: Math.floor((end - start) / step) + 1 }, (_, index) => start + index * step);
  const values = series.map(({ points }) => {
    const byTime = new Map(points);
    return times.map((time) => byTime.get(time) ?? null);
  });
  return [times, ...values];
}
