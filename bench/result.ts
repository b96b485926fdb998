import { percentile } from './percentile.ts';

/** Highest values that are good enough. */
interface Must {
  readonly p50: number;
  readonly p99?: number;
}

export interface Result {
  readonly metric: string;
  readonly unit: 'ms';
  readonly p50: number;
  readonly p99: number;
  readonly must: Must;
  readonly ok: boolean;
}

/** Sums up what was measured, in milliseconds, and compares it with what it must be. */
export function resultOf(metric: string, milliseconds: readonly number[], must: Must): Result {
  const p50 = toTenths(percentile(milliseconds, 50));
  const p99 = toTenths(percentile(milliseconds, 99));
  return { metric, unit: 'ms', p50, p99, must, ok: p50 <= must.p50 && p99 <= (must.p99 ?? Infinity) };
}

function toTenths(value: number): number {
  return Math.round(value * 10) / 10;
}
