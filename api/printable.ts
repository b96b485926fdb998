/** Longest text from outside that goes into a status message: the sidecar's words, not its log. */
const DEFAULT_LIMIT = 1024;

// oxlint-disable-next-line no-control-regex -- these are what must not reach a terminal
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g;

/**
 * Makes text from outside safe to show: control characters, line breaks and direction marks become one space,
 * and what is over the limit is cut with an ellipsis.
 *
 * @param limit - Longest result, in UTF-16 code units.
 */
export function printable(text: string, limit = DEFAULT_LIMIT): string {
  const line = text.replaceAll(UNPRINTABLE, ' ').trim();
  return line.length <= limit ? line : `${line.slice(0, limit - 1).toWellFormed()}…`;
}
