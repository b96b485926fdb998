import { stringify } from 'yaml';

export type Format = 'json' | 'yaml';

/** What could steer a terminal or turn text around, less line breaks and tabs. Both formats have an escape for it. */
const UNSAFE = /[^\P{Cc}\n\t]|[\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;
/** YAML 1.1, as kubectl reads it. */
const YAML = { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false } as const;

/** A document as JSON or YAML that any terminal may show: the same data, with dangerous characters escaped. */
export function serialized(document: unknown, format: Format): string {
  return (format === 'json' ? escaped(JSON.stringify(document, undefined, 2)) : yaml(document)).trimEnd();
}

function yaml(document: unknown): string {
  const text = stringify(document, YAML);
  // Only double-quoted strings know escapes.
  return text.search(UNSAFE) === -1 ? text : escaped(stringify(document, { ...YAML, defaultStringType: 'QUOTE_DOUBLE' }));
}

function escaped(text: string): string {
  return text.replaceAll(UNSAFE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
