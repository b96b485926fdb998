import assert from 'node:assert/strict';

/** Control sequences of terminals, characters that reverse text or are invisible, and half a surrogate pair. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
/** The same, less line breaks and tabs. */
const UNSAFE_IN_LINES = /[^\P{Cc}\n\t]|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

/** Some of everything that must reach neither a terminal nor a page. */
export const HOSTILE =
  'BEGIN\u0000 \u001B[2J\u001B]0;owned\u0007 \u009B31m \u202Etxet\u2066\u2069 \u200Bhid\u200Dden\uFEFF\u00AD \u2028\u2029\r\n ' +
  '\u{E0041}tag **bold** [link](http://evil.example) <img src=x onerror=alert(1)> `code` www.evil.example END';

/** Every string in a value, keys too. */
function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...stringsIn(inner)]);
}

/** All text in a value is one safe line each, and none is longer than the limit. */
export function assertSafe(value: unknown, limit = 8192): void {
  for (const text of stringsIn(value)) {
    assert.doesNotMatch(text, UNSAFE);
    assert.ok(text.length <= limit, `${text.length} characters: ${text.slice(0, 100)}`);
  }
}

/** As `assertSafe`, for what may have several lines and any length. */
export function assertSafeLines(text: string): void {
  assert.doesNotMatch(text, UNSAFE_IN_LINES);
}
