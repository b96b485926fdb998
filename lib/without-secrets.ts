/** A shorter one would take letters out of words; tokens are far longer. */
const SHORTEST = 8;
const REMOVED = '[removed]';
/**
 * A token after blanks; words have no digits. The text may be 16 MiB from outside, so the blanks and the token share no
 * character: every division between them would be tried, in time that grows with the square of the length. `{8,}`
 * would need memory for each character, and V8 would give up.
 */
const AFTER_BEARER = /\b(bearer(?:%20|\+)*\s+)(?=[\w.~+/=%-]*\d)[\w.~+/=%-]{8}[\w.~+/=%-]*/gi;
/**
 * A token or words after a blank as URLs write it. Words are matched too, so that they are passed over: else each Bearer
 * among them would have the rest searched for a digit once more.
 */
const AFTER_BEARER_IN_URL = /\b(bearer(?:%20|\+))([\w.~+/=%-]{8}[\w.~+/=%-]*)/gi;
/** A password may hold an @, and whoever writes one may have forgotten what stands before it in a URL. */
const USER_INFORMATION = /(?:(\/\/)[^/\s"]*|(?<![^/\s"])[^/\s"][^/\s":]*:[^/\s"]*)@/g;

/**
 * Text from a server that may repeat what it was sent: each secret becomes `[removed]`, also in base64, URL-encoded or
 * as a JSON string, and so does any token that follows the word Bearer.
 */
export function withoutSecrets(text: string, secrets: Iterable<string>): string {
  const forms = [...secrets].filter(({ length }) => length >= SHORTEST).flatMap(formsOf);
  const longestFirst = forms.toSorted((a, b) => b.length - a.length);
  const clean = longestFirst.reduce((rest, form) => rest.replaceAll(form, REMOVED), text);
  return clean
    .replaceAll(AFTER_BEARER, `$1${REMOVED}`)
    .replaceAll(AFTER_BEARER_IN_URL, (all, bearer: string, token: string) =>
      /\d/.test(token) ? `${bearer}${REMOVED}` : all,
    );
}

/** Text with URLs, without the part of each URL before an @. */
export function withoutCredentials(text: string): string {
  return text.replaceAll(USER_INFORMATION, '$1…@');
}

function formsOf(secret: string): string[] {
  const encodings = (['base64', 'base64url'] as const).flatMap((encoding) => [
    Buffer.from(secret).toString(encoding),
    ...[0, 1, 2].map((shift) => encoded(secret, encoding, shift)),
  ]);
  return [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), ...encodings];
}

/**
 * Its encoding within a longer text, `shift` bytes after a group of three, without the characters that it shares with
 * its neighbours.
 */
function encoded(secret: string, encoding: 'base64' | 'base64url', shift: number): string {
  const whole = Buffer.from('\0'.repeat(shift) + secret)
    .toString(encoding)
    .replace(/=+$/, '');
  const bits = 8 * (shift + Buffer.byteLength(secret));
  return whole.slice(Math.ceil((8 * shift) / 6), Math.floor(bits / 6));
}
