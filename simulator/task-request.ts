import { InvalidJson, isSameKey, readFirstValue } from './go-json.ts';

/** What a client asks for with `POST /v0/tasks`. */
export interface TaskRequest {
  id: string;
  type: string;
  params: Record<string, unknown>;
}

/** Sets a field. Returns `false` for a value of the wrong type. */
type Field = (request: TaskRequest, value: unknown) => boolean;

const fields: Readonly<Record<keyof TaskRequest, Field>> = {
  id: text('id'),
  type: text('type'),
  params: (request, value) => {
    if (typeof value !== 'object' || Array.isArray(value) || !everyNumberFits(value)) return false;
    // Go decodes into the map that is there: a second object adds to the first.
    request.params =
      value === null ? {} : Object.fromEntries([...Object.entries(request.params), ...Object.entries(value)]);
    return true;
  },
};

/**
 * Reads a body as Go decodes it into the sidecar's struct: keys match in any case and are applied in order, unknown
 * keys are ignored, null is the empty value.
 *
 * @returns `undefined` where Go's decoder fails: not JSON, or a known field of the wrong type.
 */
export function decodeTaskRequest(body: string): TaskRequest | undefined {
  const request: TaskRequest = { id: '', type: '', params: {} };
  try {
    const { value, members } = readFirstValue(body);
    if (members === undefined) return value === null ? request : undefined;
    return members.every(([key, field]) => fieldOf(key)?.(request, field) ?? true) ? request : undefined;
  } catch (error) {
    if (error instanceof InvalidJson) return undefined;
    throw error;
  }
}

/** null does not change a text. */
function text(name: 'id' | 'type'): Field {
  return (request, value) => {
    if (typeof value === 'string') request[name] = value;
    return typeof value === 'string' || value === null;
  };
}

function fieldOf(key: string): Field | undefined {
  return Object.entries(fields).find(([name]) => isSameKey(name, key))?.[1];
}

/** Whether every number in it fits a float64. */
function everyNumberFits(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  return typeof value !== 'object' || value === null || Object.values(value).every(everyNumberFits);
}
