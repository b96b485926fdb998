const NANOSECONDS_PER_UNIT: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

const COMPONENT = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g;
const DURATION = new RegExp(`^[+-]?(?:${COMPONENT.source})+$`);
const ZERO = /^[+-]?0$/;
/** Go counts nanoseconds in an int64: about 292 years. */
const LONGEST_NANOSECONDS = 2 ** 63;

/**
 * Reads a duration as Go's `time.ParseDuration` does (`90s`, `5m`, `1h30m`, `0`).
 *
 * @returns Milliseconds, or `undefined` when Go would refuse the text.
 */
export function parseGoDuration(text: string): number | undefined {
  if (ZERO.test(text)) return 0;
  if (!DURATION.test(text)) return undefined;
  let nanoseconds = 0;
  for (const [, amount, unit] of text.matchAll(COMPONENT)) {
    nanoseconds += Number(amount) * (NANOSECONDS_PER_UNIT[unit ?? ''] ?? Number.NaN);
  }
  if (nanoseconds > LONGEST_NANOSECONDS) return undefined;
  const milliseconds = nanoseconds / 1e6;
  return text.startsWith('-') ? -milliseconds : milliseconds;
}

/** Writes milliseconds as kubectl does, in whole seconds: `45s`, `1m12s`, `2h5m0s`. */
export function formatDuration(milliseconds: number): string {
  const total = Math.max(0, Math.round(milliseconds / 1000));
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor(total / 60) % 60;
  const seconds = `${total % 60}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}
