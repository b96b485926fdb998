import { createSecretKey, type KeyObject } from 'node:crypto';
import { PayloadKeyFileError } from './errors.ts';

/** AES-256, in bytes. */
const KEY_BYTES = 32;
/** An id is too short to be a key in the wrong place: messages quote ids. */
const LINE = /^([A-Za-z0-9][A-Za-z0-9._-]{0,31}):\s*(\S+)$/;
/** With padding or without, in the standard alphabet. */
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

export interface PayloadKey {
  /** Stored in the clear with each payload. */
  readonly id: string;
  /** Never prints the key, wherever it is logged. */
  readonly secret: KeyObject;
}

export interface PayloadKeys {
  /** Encrypts; all of them decrypt. */
  readonly active: PayloadKey;
  readonly byId: ReadonlyMap<string, PayloadKey>;
}

/**
 * Reads keys, one a line: `<id>: <32 bytes in base64>`. The first one is active. Empty lines and lines that start with
 * `#` are skipped.
 *
 * @throws PayloadKeyFileError naming the line and what is wrong with it. It quotes nothing from the line except an id.
 */
export function parsePayloadKeys(text: string): PayloadKeys {
  const byId = new Map<string, PayloadKey>();
  for (const [index, line] of text.split('\n').entries()) {
    const content = line.trim();
    if (content === '' || content.startsWith('#')) continue;
    const key = parseLine(content, index + 1);
    if (byId.has(key.id)) throw new PayloadKeyFileError(`line ${index + 1} repeats the key id "${key.id}"`);
    byId.set(key.id, key);
  }
  const [active] = byId.values();
  if (active === undefined) throw new PayloadKeyFileError('contains no key; write one as <id>: <32 bytes in base64>');
  return { active, byId };
}

function parseLine(content: string, number: number): PayloadKey {
  const [, id, encoded] = LINE.exec(content) ?? [];
  if (id === undefined || encoded === undefined) {
    throw new PayloadKeyFileError(
      `line ${number} is not <id>: <32 bytes in base64>, with an id of at most 32 letters, digits, ".", "_" and "-"`,
    );
  }
  if (!BASE64.test(encoded)) throw new PayloadKeyFileError(`line ${number}, key "${id}": is not base64`);
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.length === KEY_BYTES) return { id, secret: createSecretKey(bytes) };
  throw new PayloadKeyFileError(`line ${number}, key "${id}": has ${bytes.length} bytes instead of ${KEY_BYTES}`);
}
