import { isDeepStrictEqual } from 'node:util';

/** A JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

/**
 * The JSON merge patch (RFC 7386) that turns `current` into `next`: removed keys become `null`, arrays are replaced as
 * a whole. Keys that are `undefined` count as unset. The format cannot store a `null`: such keys are removed.
 *
 * @returns `undefined` if there is nothing to change
 */
export function mergePatch(current: Fields, next: Fields): Fields | undefined {
  const patch: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(current), ...Object.keys(next)])) {
    const change = changeOf(current[key], next[key]);
    if (change !== undefined) patch[key] = change;
  }
  return Object.keys(patch).length > 0 ? patch : undefined;
}

/** `undefined` = leave as it is, `null` = remove. */
function changeOf(current: unknown, next: unknown): unknown {
  const target = next ?? null;
  if (target === null) return current === undefined || current === null ? undefined : null;
  if (isFields(target))
    return mergePatch(isFields(current) ? current : {}, target) ?? (isFields(current) ? undefined : {});
  return isDeepStrictEqual(current, asSent(target)) ? undefined : target;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Without the `undefined` members of objects in arrays, which JSON does not carry. */
function asSent(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
