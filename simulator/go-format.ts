/** Text as Go writes it: the sidecar is a Go program, and its clients receive this. */

const NANOS_PER_SECOND = 1_000_000_000n;
const startOfProcess = BigInt(Math.round(performance.timeOrigin * 1e6));
const startOfCounter = process.hrtime.bigint() - BigInt(Math.round(performance.now() * 1e6));

/** Now in nanoseconds since 1970. */
export function nowNanos(): bigint {
  return startOfProcess + (process.hrtime.bigint() - startOfCounter);
}

/** `time.RFC3339Nano` in UTC: up to nine digits, trailing zeros left out. */
export function formatGoTime(nanos: bigint): string {
  const seconds = new Date(Number(nanos / 1_000_000n)).toISOString().slice(0, 19);
  const fraction = String(nanos % NANOS_PER_SECOND)
    .padStart(9, '0')
    .replace(/0+$/, '');
  return fraction === '' ? `${seconds}Z` : `${seconds}.${fraction}Z`;
}

/** `time.Duration.String()`: `1m30s`, `5m0s`, `1.5s`, `500ms`. */
export function formatGoDuration(milliseconds: number): string {
  if (milliseconds < 1000) return milliseconds === 0 ? '0s' : `${milliseconds}ms`;
  const hours = Math.floor(milliseconds / 3_600_000);
  const minutes = Math.floor(milliseconds / 60_000) % 60;
  const seconds = (milliseconds % 60_000) / 1000;
  if (hours > 0) return `${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`;
}

/** One JSON value as `json.Encoder` writes it: HTML characters escaped, a newline at the end. */
export function encodeGoJson(value: unknown): string {
  const escaped = encode(value, false).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `${escaped}\n`;
}

/** Go sorts the keys of maps and keeps the order of structs. In the sidecar's answers only `params` is a map. */
function encode(value: unknown, isMap: boolean): string {
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((element) => encode(element, isMap)).join(',')}]`;
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  if (isMap) entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, field]) => `${JSON.stringify(key)}:${encode(field, isMap || key === 'params')}`).join(',')}}`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\u0007': String.raw`\a`,
  '\b': String.raw`\b`,
  '\f': String.raw`\f`,
  '\n': String.raw`\n`,
  '\r': String.raw`\r`,
  '\t': String.raw`\t`,
  '\v': String.raw`\v`,
  '"': String.raw`\"`,
  '\\': String.raw`\\`,
};

/** A text in the format of `%q`: characters that cannot be printed are escaped. */
export function quoteGo(text: string): string {
  return `"${text.replace(/["\\]|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, (character) => ESCAPES[character] ?? escapeCode(character))}"`;
}

function escapeCode(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16);
  if (code.length <= 2 && code < '80') return String.raw`\x${code.padStart(2, '0')}`;
  return code.length <= 4 ? String.raw`\u${code.padStart(4, '0')}` : String.raw`\U${code.padStart(8, '0')}`;
}
