import { stringify } from 'yaml';
import { escaped, isUnsafe } from '../lib/escaped.ts';

export type Format = 'json' | 'yaml';

/** YAML 1.1, as kubectl reads it. */
const YAML = { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false } as const;

/**
 * A document as JSON or YAML that any terminal may show: the same data, with dangerous characters escaped, which both
 * know.
 */
export function serialized(document: unknown, format: Format): string {
  return (format === 'json' ? escaped(JSON.stringify(document, undefined, 2)) : yaml(document)).trimEnd();
}

function yaml(document: unknown): string {
  const text = stringify(document, YAML);
  // Only double-quoted strings know escapes.
  return !isUnsafe(text) ? text : escaped(stringify(document, { ...YAML, defaultStringType: 'QUOTE_DOUBLE' }));
}
