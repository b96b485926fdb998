/** Longest text from outside that goes into a status message: the sidecar's words, not its log. */
const DEFAULT_LIMIT = 1024;

const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/**
 * Makes text from outside safe to show: control characters, line breaks, direction marks and what has no width become
 * one space, half a surrogate pair becomes U+FFFD (protobuf takes no other text), and what is over the limit is cut
 * with an ellipsis.
 *
 * @param limit - Longest result, in UTF-16 code units.
 */
export function printable(text: string, limit = DEFAULT_LIMIT): string {
  const line = text.toWellFormed().replaceAll(UNPRINTABLE, ' ').trim();
  return line.length <= limit ? line : `${line.slice(0, limit - 1).toWellFormed()}…`;
}
