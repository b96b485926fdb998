/**
 * A value from outside as JSON, for people: also one that is nested some thousand levels deep, where `JSON.stringify`
 * gives up.
 */
export function jsonText(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'undefined';
  } catch {
    return '(nested too deeply to be shown)';
  }
}
