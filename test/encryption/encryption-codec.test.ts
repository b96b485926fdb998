import assert from 'node:assert/strict';
import { createSecretKey, randomBytes, webcrypto } from 'node:crypto';
import type { Payload } from '@temporalio/common';
import proto from '@temporalio/proto';
import * as fc from 'fast-check';
import { EncryptionCodec } from '../../encryption/encryption-codec.ts';
import { PayloadUnreadableError } from '../../encryption/errors.ts';
import type { PayloadKey } from '../../encryption/parse-payload-keys.ts';
import { caseCount } from '../support/case-count.ts';

const { Payload: PayloadMessage } = proto.temporal.api.common.v1;
const NONCE_BYTES = 12;

function newKey(id: string): PayloadKey & { readonly bytes: Buffer } {
  const bytes = randomBytes(32);
  return { id, secret: createSecretKey(bytes), bytes };
}

function codecWith(active: PayloadKey, ...others: PayloadKey[]): EncryptionCodec {
  return new EncryptionCodec({ active, find: (id) => [active, ...others].find((key) => key.id === id) });
}

const bytes = fc.uint8Array({ maxLength: 200 });
const payloads = fc.array(
  fc.record({ metadata: fc.dictionary(fc.string({ minLength: 1 }), bytes, { noNullPrototype: true }), data: bytes }),
  { maxLength: 4 },
);

function plain({ metadata, data }: Payload) {
  const entries = Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('hex')]);
  return [Object.fromEntries(entries), Buffer.from(data ?? []).toString('hex')];
}

async function sealed(
  codec: EncryptionCodec,
  payload: Payload,
): Promise<Payload & { data: Uint8Array; metadata: Record<string, Uint8Array> }> {
  const [encrypted] = await codec.encode([payload]);
  assert.ok(encrypted?.data && encrypted.metadata);
  return { metadata: encrypted.metadata, data: encrypted.data };
}

async function refusal(codec: EncryptionCodec, payload: Payload): Promise<PayloadUnreadableError> {
  const error = await codec.decode([payload]).then(
    () => assert.fail('it was decrypted'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof PayloadUnreadableError, String(error));
  assert.equal(error.retryable, true);
  return error;
}

describe('EncryptionCodec', () => {
  const memo: Payload = {
    metadata: { encoding: Buffer.from('json/plain') },
    data: Buffer.from('"the memo of an operator"'),
  };

  it('reads back whatever it wrote, in its order', async () => {
    const codec = codecWith(newKey('a'));
    await fc.assert(
      fc.asyncProperty(payloads, async (given) => {
        assert.deepEqual((await codec.decode(await codec.encode(given))).map(plain), given.map(plain));
      }),
    );
  });

  it('leaves nothing of a payload in the clear but its size and the id of its key', async () => {
    const key = newKey('2026-11');
    const { metadata, data } = await sealed(codecWith(key), memo);
    assert.deepEqual(
      Object.entries(metadata).map(([name, value]) => [name, Buffer.from(value).toString()]),
      [
        ['encoding', 'binary/encrypted'],
        ['encryption-key-id', '2026-11'],
      ],
    );
    assert.equal(Buffer.from(data).includes('operator'), false);
    assert.equal(Buffer.from(data).includes('json'), false);
  });

  it("writes what Temporal's sample codec servers read: nonce, ciphertext and tag of the whole payload", async () => {
    const key = newKey('a');
    const { data } = await sealed(codecWith(key), memo);
    const imported = await webcrypto.subtle.importKey('raw', key.bytes, 'AES-GCM', false, ['decrypt']);
    const text = await webcrypto.subtle.decrypt(
      { name: 'AES-GCM', iv: data.slice(0, NONCE_BYTES), tagLength: 128 },
      imported,
      data.slice(NONCE_BYTES),
    );
    assert.deepEqual(plain(PayloadMessage.decode(new Uint8Array(text))), plain(memo));
  });

  it('refuses a payload of which any bit was changed', async () => {
    const codec = codecWith(newKey('a'));
    await fc.assert(
      fc.asyncProperty(bytes, fc.nat(), fc.nat({ max: 7 }), async (data, place, bit) => {
        const encrypted = await sealed(codec, { data });
        const changed = Uint8Array.from(encrypted.data);
        const index = place % changed.length;
        changed[index] = (changed[index] ?? 0) ^ (1 << bit);
        assert.equal((await refusal(codec, { ...encrypted, data: changed })).code, 'PAYLOAD_NOT_AUTHENTIC');
      }),
    );
  });

  it('refuses a payload that was cut or has grown', async () => {
    const codec = codecWith(newKey('a'));
    const encrypted = await sealed(codec, memo);
    const lengths = Array.from({ length: encrypted.data.length }, (_, length) => encrypted.data.subarray(0, length));
    for (const data of [...lengths, Buffer.concat([encrypted.data, Buffer.alloc(1)])]) {
      assert.equal(
        (await refusal(codec, { ...encrypted, data })).code,
        'PAYLOAD_NOT_AUTHENTIC',
        `${data.length} bytes`,
      );
    }
  });

  it('refuses a payload under the id of a key that does not decrypt it', async () => {
    const encrypted = await sealed(codecWith(newKey('a')), memo);
    const { code, message } = await refusal(codecWith(newKey('a')), encrypted);
    assert.equal(code, 'PAYLOAD_NOT_AUTHENTIC');
    assert.match(message, /the key "a"/);
  });

  it('never uses a nonce twice, also for the same payload', async () => {
    const count = caseCount(100_000);
    const encrypted = await codecWith(newKey('a')).encode(Array.from({ length: count }, () => memo));
    const nonces = encrypted.map(({ data }) => Buffer.from(data ?? []).toString('hex', 0, NONCE_BYTES));
    assert.equal(new Set(nonces).size, count);
  });

  it('encrypts with the active key and reads with every other', async () => {
    const [old, fresh] = [newKey('old'), newKey('new')];
    const before = await sealed(codecWith(old), memo);
    const rotated = codecWith(fresh, old);
    assert.deepEqual((await rotated.decode([before, await sealed(rotated, memo)])).map(plain), [
      plain(memo),
      plain(memo),
    ]);
    assert.equal(Buffer.from((await sealed(rotated, memo)).metadata['encryption-key-id'] ?? []).toString(), 'new');
  });

  it('reads payloads that were written before there was a key', async () => {
    assert.deepEqual(await codecWith(newKey('a')).decode([memo, {}]), [memo, {}]);
  });

  for (const [who, codec] of [
    ['has other keys', codecWith(newKey('b'))],
    ['has no keys', new EncryptionCodec(undefined)],
  ] as const) {
    it(`names the key and what to do where a process ${who}`, async () => {
      const { code, message } = await refusal(codec, await sealed(codecWith(newKey('2026-11')), memo));
      assert.equal(code, 'PAYLOAD_KEY_UNKNOWN');
      assert.match(
        message,
        /the key "2026-11", which this process does not have; add it to the file that PAYLOAD_KEY_FILE names/,
      );
    });
  }

  it('quotes no key id with control characters', async () => {
    const metadata = { encoding: Buffer.from('binary/encrypted'), 'encryption-key-id': Buffer.from('\u001b[31mred') };
    assert.match((await refusal(codecWith(newKey('a')), { metadata })).message, /the key "\[31mred"/);
  });

  it('writes in the clear where there are no keys', async () => {
    assert.deepEqual(await new EncryptionCodec(undefined).encode([memo]), [memo]);
  });
});
