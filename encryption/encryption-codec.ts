import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import { printable } from '../lib/printable.ts';
import { PayloadUnreadableError } from './errors.ts';
import type { PayloadKey } from './parse-payload-keys.ts';

const { Payload: PayloadMessage } = proto.temporal.api.common.v1;
/** As in Temporal's own samples for all languages, so that their codec servers read it. */
const ENCODING = 'binary/encrypted';
const KEY_ID = 'encryption-key-id';
const CIPHER = 'aes-256-gcm';
/**
 * In bytes: the nonce length that GCM is designed for. With random nonces, one key may encrypt 2^32 payloads (NIST SP
 * 800-38D, 8.3).
 */
const NONCE_BYTES = 12;
/** In bytes. */
const TAG_BYTES = 16;

/** Where keys come from. */
export interface PayloadKeySource {
  readonly active: PayloadKey;
  find(id: string): PayloadKey | undefined;
}

/**
 * Encrypts whole payloads, including the metadata that names their type, into nonce, ciphertext and tag. The key's id
 * is stored next to them in the clear. Payloads that are not encrypted are read as they are.
 */
export class EncryptionCodec implements PayloadCodec {
  readonly #keys: PayloadKeySource | undefined;

  /** @param keys - Unset: nothing is encrypted, and encrypted payloads cannot be decoded. */
  constructor(keys: PayloadKeySource | undefined) {
    this.#keys = keys;
  }

  async encode(payloads: Payload[]): Promise<Payload[]> {
    const key = this.#keys?.active;
    return key === undefined ? payloads : payloads.map((payload) => encrypt(payload, key));
  }

  /** @throws PayloadUnreadableError */
  async decode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) =>
      metadataText(payload, 'encoding') === ENCODING ? this.#decrypt(payload) : payload,
    );
  }

  #decrypt(payload: Payload): Payload {
    const id = metadataText(payload, KEY_ID);
    const key = this.#keys?.find(id);
    if (key !== undefined) return decrypt(payload, key);
    throw new PayloadUnreadableError(
      'PAYLOAD_KEY_UNKNOWN',
      `a payload is encrypted with the key "${printable(id, 64)}", which this process does not have; ` +
        'add it to the file that PAYLOAD_KEY_FILE names, below the active key, and keep it there as long as histories use it',
    );
  }
}

function encrypt(payload: Payload, { id, secret }: PayloadKey): Payload {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, secret, nonce, { authTagLength: TAG_BYTES });
  const text = cipher.update(PayloadMessage.encode(payload).finish());
  return {
    metadata: { encoding: Buffer.from(ENCODING), [KEY_ID]: Buffer.from(id) },
    data: Buffer.concat([nonce, text, cipher.final(), cipher.getAuthTag()]),
  };
}

function decrypt({ data }: Payload, { id, secret }: PayloadKey): Payload {
  const sealed = data ?? new Uint8Array();
  try {
    const decipher = createDecipheriv(CIPHER, secret, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    const text = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES));
    return PayloadMessage.decode(Buffer.concat([text, decipher.final()]));
  } catch {
    throw new PayloadUnreadableError(
      'PAYLOAD_NOT_AUTHENTIC',
      `a payload is marked as encrypted with the key "${id}", but that key does not decrypt it; ` +
        'check that no other process uses this id for a different key, and that nobody changed the payload',
    );
  }
}

function metadataText({ metadata }: Payload, name: string): string {
  const bytes = metadata?.[name];
  return bytes == null ? '' : Buffer.from(bytes).toString('utf8');
}
