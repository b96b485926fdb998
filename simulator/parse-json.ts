/** Thrown when what came from outside is not valid. The message names the field. */
export class InvalidInput extends Error {}

/** @throws {InvalidInput} names the field, its value and what is allowed. */
export type Check = (field: string, value: unknown) => void;

/**
 * Reads a JSON text.
 * @param wanted What the text must be, for the message.
 * @throws {InvalidInput} it is not JSON, or the check fails.
 */
export function parseJson(body: string, check: Check, name: string, wanted: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new InvalidInput(`the body must be ${wanted}`);
  }
  check(name, value);
  return value;
}

function fail(field: string, value: unknown, allowed: string): never {
  throw new InvalidInput(`${field}: ${JSON.stringify(value)} is not allowed; allowed: ${allowed}`);
}

export function integer(from: number, to = Number.MAX_SAFE_INTEGER): Check {
  return (field, value) => {
    if (!Number.isInteger(value) || (value as number) < from || (value as number) > to) {
      fail(
        field,
        value,
        to === Number.MAX_SAFE_INTEGER ? `an integer from ${from}` : `an integer from ${from} to ${to}`,
      );
    }
  };
}

export function boolean(field: string, value: unknown): void {
  if (typeof value !== 'boolean') fail(field, value, 'true, false');
}

export function string(field: string, value: unknown): void {
  if (typeof value !== 'string') fail(field, value, 'a string');
}

export function oneOf(values: readonly string[]): Check {
  return (field, value) => {
    if (!values.includes(value as string)) fail(field, value, values.join(', '));
  };
}

export function object(fields: Readonly<Record<string, Check>>, required: readonly string[] = []): Check {
  return (field, value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) fail(field, value, 'an object');
    for (const [name, inner] of Object.entries(value)) {
      const check = Object.hasOwn(fields, name) ? fields[name] : undefined;
      if (check === undefined) fail(field, name, Object.keys(fields).join(', '));
      check(`${field}.${name}`, inner);
    }
    for (const name of required)
      if (!Object.hasOwn(value, name)) throw new InvalidInput(`${field}.${name} is required`);
  };
}
