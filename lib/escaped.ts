/** What could steer a terminal, turn text around or hide in it, less line breaks and tabs. */
const UNSAFE = /[^\P{Cc}\n\t]|[\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * JSON text, or any other that knows `\u` escapes, that every terminal may show: the same, with unsafe characters
 * escaped.
 */
export function escaped(text: string): string {
  return text.replaceAll(UNSAFE, (character) => character.split('').map(escape).join(''));
}

/** Whether `escaped` would change it. */
export function isUnsafe(text: string): boolean {
  return text.search(UNSAFE) !== -1;
}

function escape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
