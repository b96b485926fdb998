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
/** What GCM is made for; random ones may be used 2^32 times with one key (NIST SP 800-38D, 8.3). In bytes. */
const NONCE_BYTES = 12;
/** In bytes. */
const TAG_BYTES = 16;

/** Where keys come from. */
export interface PayloadKeySource {
  readonly active: PayloadKey;
  find(id: string): PayloadKey | undefined;
}

/**
 * Encrypts whole payloads, what says of which type they are included: nonce, ciphertext and tag, with the key's id
 * beside them in the clear. Payloads that are not encrypted are read as they are.
 */
export class EncryptionCodec implements PayloadCodec {
  readonly #keys: PayloadKeySource | undefined;

  /** @param keys - Unset: nothing is encrypted, and what others have encrypted is refused. */
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
        'put it into the file that PAYLOAD_KEY_FILE names, below the active one, and keep it there as long as histories use it',
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
      `a payload says that it is encrypted with the key "${id}", and that one does not fit; ` +
        'check that the id does not stand for another key elsewhere, or look for who has changed the payload',
    );
  }
}

function metadataText({ metadata }: Payload, name: string): string {
  const bytes = metadata?.[name];
  return bytes == null ? '' : Buffer.from(bytes).toString('utf8');
}
