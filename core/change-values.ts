import { check, InvalidField } from './invalid-field.ts';
import { jsonText } from '../lib/json-text.ts';
import { payloadSchemas } from '../api/payload-schemas.ts';

/** JSON strings, so that digits in them are passed over, and numbers. */
const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g;
const INTEGER = /^-?\d+$/;
/** The sidecar decodes numbers to float64 (contract §1.5); the API server does so with integers beyond int64. */
const LARGEST_EXACT = 2 ** 53;

/**
 * The values of a parameter change as JSON texts, which is how they travel to the sidecar.
 *
 * @param texts - As the API server returned them; absent for a run without a resource, whose values JSON writes again.
 * @throws InvalidField for a value that is not JSON, or that the sidecar would change.
 */
export function changeValues(payload: unknown, texts: readonly string[] | undefined): readonly string[] {
  const { changes } = check(payloadSchemas.govParamChange, payload, 'spec.govParamChange');
  // A value without a JSON text gets one that is refused below.
  const values = texts ?? changes.map(({ value }) => jsonText(value));
  if (values.length !== changes.length)
    throw new InvalidField('spec.govParamChange.changes', 'does not fit its JSON text');
  // What JavaScript has read as 2^53 may have been 2^53 + 1.
  const largest = texts === undefined ? Number.MAX_SAFE_INTEGER : LARGEST_EXACT;
  return values.map((text, index) => checkedValue(text, `spec.govParamChange.changes.${index}.value`, largest));
}

function checkedValue(text: string, field: string, largest: number): string {
  if (!isJson(text)) throw new InvalidField(field, `is not JSON (got ${JSON.stringify(text)})`);
  const inexact = text.match(STRING_OR_NUMBER)?.find((token) => isBeyond(token, largest));
  if (inexact === undefined) return text;
  throw new InvalidField(
    field,
    `holds the number ${inexact}, which would be changed on its way since it is beyond 2^53; write it as a string`,
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** In any notation: a large integer may come from the API server as 1e+21. */
function isBeyond(token: string, largest: number): boolean {
  const value = INTEGER.test(token) ? BigInt(token) : Number(token);
  return value > largest || value < -largest;
}
