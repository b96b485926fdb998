/** What the sidecar's parameters are made of: names of Go types. */
type GoType = 'string' | 'int64' | 'uint64';

type Decoded<F extends Record<string, GoType>> = { [N in keyof F]: F[N] extends 'string' ? string : number };

/**
 * Reads a task's params as Go's decoder does: a field that is absent or null is its zero value, unknown ones pass.
 * @throws {Error} in the words of that decoder, which the sidecar passes on.
 */
export function decodeParams<const F extends Record<string, GoType>>(
  struct: string,
  fields: F,
  params: Record<string, unknown>,
): Decoded<F> {
  const decoded = Object.entries(fields).map(([name, type]) => {
    const value = params[name] ?? (type === 'string' ? '' : 0);
    if (!fits(value, type)) throw mismatch(value, `${struct}.${name}`, type);
    return [name, value];
  });
  return Object.fromEntries(decoded) as Decoded<F>;
}

/** Reads a field that is a list of objects. */
export function decodeObjects(
  field: string,
  elementType: string,
  value: unknown,
): Record<string, unknown>[] {
  const list = value ?? [];
  if (!Array.isArray(list)) throw mismatch(list, field, `[]${elementType}`);
  return list.map((element: unknown) => {
    const object = element ?? {};
    if (typeof object !== 'object' || Array.isArray(object)) throw mismatch(object, field, elementType);
    return object as Record<string, unknown>;
  });
}

function fits(value: unknown, type: GoType): boolean {
  if (type === 'string') return typeof value === 'string';
  return Number.isInteger(value) && (type === 'int64' || (value as number) >= 0);
}

function mismatch(value: unknown, field: string, wanted: string): Error {
  const kinds: Record<string, string> = { boolean: 'bool', number: `number ${String(value)}` };
  const kind = Array.isArray(value) ? 'array' : (kinds[typeof value] ?? typeof value);
  return new Error(`parsing params: json: cannot unmarshal ${kind} into Go struct field ${field} of type ${wanted}`);
}
