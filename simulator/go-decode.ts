import { isSameKey } from './go-json.ts';

/** The types of the sidecar's parameters, as names of Go types; `json` is a value that is passed on as it is. */
type GoType = 'string' | 'int64' | 'uint64' | 'json' | GoList | GoMap | GoStruct;

interface GoList {
  list: GoType;
}

/** With texts as keys. */
interface GoMap {
  map: GoType;
}

/** A struct, by its name in Go. */
interface GoStruct {
  struct: string;
  fields: Readonly<Record<string, GoType>>;
}

/** The TypeScript type of a Go type; of `json` that was not there, `undefined`. */
export type Decoded<T extends GoType> = T extends 'string'
  ? string
  : T extends 'int64' | 'uint64'
    ? number
    : T extends { list: infer E extends GoType }
      ? Decoded<E>[]
      : T extends { map: infer E extends GoType }
        ? Record<string, Decoded<E>>
        : T extends { fields: infer F extends Record<string, GoType> }
          ? { [N in keyof F]: Decoded<F[N]> }
          : unknown;

/** The position of a value: the innermost struct, and the fields on the way to it from the outermost. */
interface Place {
  struct: string;
  path: readonly string[];
}

/** Bounds of Go's integers. The sidecar decodes from a float64, which cannot represent the largest value itself. */
const INTEGERS = { int64: { from: -(2 ** 63), below: 2 ** 63 }, uint64: { from: 0, below: 2 ** 64 } };

/**
 * Reads a task's params as Go's decoder does: keys match in any case, a field that is missing or null gets its zero
 * value, unknown fields are ignored.
 *
 * @throws {Error} the first mismatch, with the message of that decoder, which the sidecar passes on.
 */
export function decodeParams<const T extends GoStruct>(type: T, params: Record<string, unknown>): Decoded<T> {
  const decoded: unknown = decodeStruct(type, params, []);
  return decoded as Decoded<T>;
}

function decode(type: GoType, value: unknown, place: Place): unknown {
  if (type === 'json') return value;
  if (value === null) return zero(type);
  if (typeof type === 'string') {
    if (!fits(type, value)) throw mismatch(type, value, place);
    return value;
  }
  if ('list' in type) {
    if (!Array.isArray(value)) throw mismatch(type, value, place);
    return value.map((element: unknown) => decode(type.list, element, place));
  }
  if (!isObject(value)) throw mismatch(type, value, place);
  if ('fields' in type) return decodeStruct(type, value, place.path);
  return Object.fromEntries(Object.entries(value).map(([key, element]) => [key, decode(type.map, element, place)]));
}

/** The sidecar has encoded the params before: their keys are sorted. */
function decodeStruct(
  { struct, fields }: GoStruct,
  value: Record<string, unknown>,
  path: readonly string[],
): Record<string, unknown> {
  const decoded = Object.fromEntries(Object.entries(fields).map(([name, type]) => [name, zero(type)]));
  for (const [key, element] of Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const [name, type] = fieldOf(fields, key) ?? [];
    if (name === undefined || type === undefined || keeps(type, element)) continue;
    decoded[name] = decode(type, element, { struct: struct.replace(/^.*\./, ''), path: [...path, name] });
  }
  return decoded;
}

function fieldOf(fields: GoStruct['fields'], key: string): [string, GoType] | undefined {
  return Object.entries(fields).find(([name]) => isSameKey(name, key));
}

/** null leaves a text or a number as it is. */
function keeps(type: GoType, value: unknown): boolean {
  return value === null && typeof type === 'string' && type !== 'json';
}

function zero(type: GoType): unknown {
  if (type === 'json') return undefined;
  if (typeof type === 'string') return type === 'string' ? '' : 0;
  if ('list' in type) return [];
  return 'map' in type ? {} : decodeStruct(type, {}, []);
}

function fits(type: 'string' | 'int64' | 'uint64', value: unknown): boolean {
  if (type === 'string') return typeof value === 'string';
  const { from, below } = INTEGERS[type];
  // Go's parser of unsigned integers fails at a minus sign.
  const isInteger = Number.isInteger(value) && !(type === 'uint64' && Object.is(value, -0));
  return isInteger && (value as number) >= from && (value as number) < below;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mismatch(type: GoType, value: unknown, { struct, path }: Place): Error {
  const field = `${struct}.${path.join('.')}`;
  return new Error(
    `parsing params: json: cannot unmarshal ${kindOf(value, type)} into Go struct field ${field} of type ${nameOf(type)}`,
  );
}

/** The error names the number only where a number is expected. */
function kindOf(value: unknown, wanted: GoType): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value !== 'number' || (wanted !== 'int64' && wanted !== 'uint64')) return typeof value;
  return `number ${Object.is(value, -0) ? '-0' : value}`;
}

function nameOf(type: GoType): string {
  if (typeof type === 'string') return type;
  if ('list' in type) return `[]${nameOf(type.list)}`;
  return 'map' in type ? `map[string]${nameOf(type.map)}` : type.struct;
}
