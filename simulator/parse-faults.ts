import type { Faults } from './faults.ts';

/** Thrown when faults from outside are not valid {@link Faults}. The message names the field. */
export class InvalidFaults extends Error {}

type Check = (field: string, value: unknown) => void;

const METHODS = ['GET', 'POST', 'DELETE'];
const GARBAGE = ['html', 'half', 'empty', 'huge'];

const scope = { method: oneOf(METHODS), times: integer(1) };
const checks: Readonly<Record<keyof Faults, Check>> = {
  slowStopMs: integer(0),
  slowBootMs: integer(0),
  ignoreSigterm: boolean,
  neverBoot: boolean,
  refuseConnections: object(scope),
  hang: object(scope),
  answerStatus: object({ ...scope, status: integer(100, 599), error: string, retryAfterSeconds: integer(0) }, [
    'status',
  ]),
  garbage: object({ ...scope, body: oneOf(GARBAGE) }, ['body']),
  dropAfterPost: object({ times: scope.times }),
  taskNotFound: object({ times: scope.times }),
};

/**
 * Reads {@link Faults} from a JSON text.
 * @throws {InvalidFaults} names the first field that is wrong, its value and what is allowed.
 */
export function parseFaults(body: string): Faults {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new InvalidFaults('the body must be a JSON object with faults, {} for none');
  }
  object(checks)('faults', value);
  return value as Faults;
}

function fail(field: string, value: unknown, allowed: string): never {
  throw new InvalidFaults(`${field}: ${JSON.stringify(value)} is not allowed; allowed: ${allowed}`);
}

function integer(from: number, to = Number.MAX_SAFE_INTEGER): Check {
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

function boolean(field: string, value: unknown): void {
  if (typeof value !== 'boolean') fail(field, value, 'true, false');
}

function string(field: string, value: unknown): void {
  if (typeof value !== 'string') fail(field, value, 'a string');
}

function oneOf(values: readonly string[]): Check {
  return (field, value) => {
    if (!values.includes(value as string)) fail(field, value, values.join(', '));
  };
}

function object(fields: Readonly<Record<string, Check>>, required: readonly string[] = []): Check {
  return (field, value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) fail(field, value, 'an object');
    for (const [name, inner] of Object.entries(value)) {
      const check = Object.hasOwn(fields, name) ? fields[name] : undefined;
      if (check === undefined) fail(field, name, Object.keys(fields).join(', '));
      check(`${field}.${name}`, inner);
    }
    for (const name of required)
      if (!Object.hasOwn(value, name)) throw new InvalidFaults(`${field}.${name} is required`);
  };
}
