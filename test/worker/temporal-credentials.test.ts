import assert from 'node:assert/strict';
import { rotationOf } from '../../worker/temporal-credentials.ts';

type Options = Parameters<typeof rotationOf>[0];

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text));
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
});
