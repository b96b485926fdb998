import assert from 'node:assert/strict';
import { expiriesOf, rotationOf } from '../../worker/temporal-credentials.ts';
import { CertificateAuthority } from '../support/certificate-authority.ts';

type Options = Parameters<typeof rotationOf>[0];

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text));
const part = (object: object): string => Buffer.from(JSON.stringify(object)).toString('base64url');
const tls = (crt: string, ca = 'ca'): Options => ({
  tls: { serverRootCACertificate: bytes(ca), clientCertPair: { crt: bytes(crt), key: bytes('key') } },
});

describe('credentials for Temporal that are read again', () => {
  const cases: readonly (readonly [what: string, before: Options, after: Options, rotation: string])[] = [
    ['nothing', {}, {}, 'none'],
    ['equal certificates', tls('one'), tls('one'), 'none'],
    ['an equal key', { apiKey: 'one' }, { apiKey: 'one' }, 'none'],
    ['another key', { apiKey: 'one' }, { apiKey: 'two' }, 'api-key'],
    ['another key with equal certificates', { apiKey: 'one', ...tls('a') }, { apiKey: 'two', ...tls('a') }, 'api-key'],
    ['no key', { apiKey: 'one' }, {}, 'reconnect'],
    ['another client certificate', tls('one'), tls('two'), 'reconnect'],
    ['another CA', tls('one', 'old'), tls('one', 'new'), 'reconnect'],
    ['both', { apiKey: 'one', ...tls('one') }, { apiKey: 'two', ...tls('two') }, 'reconnect'],
    ['TLS', {}, { tls: true }, 'reconnect'],
  ];
  for (const [what, before, after, rotation] of cases) {
    it(`with ${what}: ${rotation}`, () => assert.equal(rotationOf(before, after), rotation));
  }

  it('have an expiry where they say so', () => {
    const notAfter = new Date('2027-03-01T00:00:00Z');
    const { certificate } = new CertificateAuthority('authority').issue('client', 'client', notAfter);
    const apiKey = [part({ alg: 'none' }), part({ exp: 1_800_000_000 }), 'signature'].join('.');
    assert.deepEqual(expiriesOf({ apiKey, ...tls(certificate) }), [
      { name: 'temporal-client-certificate', expiresAt: notAfter.getTime() / 1_000 },
      { name: 'temporal-api-key', expiresAt: 1_800_000_000 },
    ]);
    assert.deepEqual(expiriesOf({ apiKey: 'opaque', tls: true }), []);
    assert.deepEqual(expiriesOf({}), []);
  });
});
