/** A shorter one would take letters out of words; tokens are far longer. */
const SHORTEST = 8;
const REMOVED = '[removed]';
/** Words have no digits. */
const AFTER_BEARER = /\b(bearer(?:\s|%20)+)(?=[\w.~+/=%-]*\d)[\w.~+/=%-]{8,}/gi;

/**
 * Text from a server that may repeat what it was sent: each secret becomes `[removed]`, also where it stands in base64,
 * URL-encoded or as a JSON string, and so does any token that follows the word Bearer.
 */
export function withoutSecrets(text: string, secrets: Iterable<string>): string {
  const forms = [...secrets].filter(({ length }) => length >= SHORTEST).flatMap(formsOf);
  const longestFirst = forms.toSorted((a, b) => b.length - a.length);
  const clean = longestFirst.reduce((rest, form) => rest.replaceAll(form, REMOVED), text);
  return clean.replaceAll(AFTER_BEARER, `$1${REMOVED}`);
}

function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), bytes.toString('base64'), bytes.toString('base64url')];
}
