/** How numbers of a unit are written and where an axis may have its lines. */
interface Unit {
  /** The smallest value that a suffix is used for, which is also what it stands for; the largest first. */
  readonly suffixes: readonly (readonly [value: number, suffix: string])[];
  /** Distances between the lines of an axis. */
  readonly distances: readonly number[];
}

/** 1, 2 and 5 times each power of ten. */
function decimals(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index).flatMap((exponent) =>
    [1, 2, 5].map((digit) => Number(`${digit}e${exponent}`)),
  );
}

const LONG_TIMES = [10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400];

/** Grafana's names of units, as far as the dashboard has them. */
export const units = {
  none: { suffixes: [[1, '']], distances: decimals(-3, 9) },
  short: {
    suffixes: [
      [1e9, ' Bil'],
      [1e6, ' Mil'],
      [1e3, ' K'],
      [1, ''],
    ],
    distances: decimals(0, 9),
  },
  s: {
    suffixes: [
      [31_536_000, ' years'],
      [604_800, ' weeks'],
      [86_400, ' days'],
      [3_600, ' hours'],
      [60, ' min'],
      [1, ' s'],
      [1e-3, ' ms'],
      [1e-6, ' µs'],
    ],
    distances: [...decimals(-6, 0), ...LONG_TIMES],
  },
  bytes: {
    suffixes: [
      [2 ** 30, ' GiB'],
      [2 ** 20, ' MiB'],
      [2 ** 10, ' KiB'],
      [1, ' B'],
    ],
    distances: Array.from({ length: 40 }, (_, exponent) => 2 ** exponent),
  },
  ops: { suffixes: [[1, ' ops/s']], distances: decimals(-3, 6) },
  reqps: { suffixes: [[1, ' req/s']], distances: decimals(-3, 6) },
  percentunit: { suffixes: [[0.01, ' %']], distances: decimals(-4, 0) },
} as const satisfies Record<string, Unit>;

export type UnitName = keyof typeof units;

/** A number as a person reads it, with three digits at most. */
export function formatValue(value: number, unit: UnitName): string {
  const { suffixes }: Unit = units[unit];
  const exact = unit === 'short' ? Math.round(value) : value;
  if (exact === 0) return `0${suffixes.find(([from]) => from <= 1)?.[1]}`;
  const [from, suffix] = suffixes.find(([smallest]) => Math.abs(exact) >= smallest) ?? suffixes.at(-1)!;
  return `${Number((exact / from).toPrecision(3))}${suffix}`;
}
