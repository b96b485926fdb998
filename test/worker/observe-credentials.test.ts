import assert from 'node:assert/strict';
import {
  certificateExpirySeconds,
  observeCredentials,
  tokenExpirySeconds,
  type CredentialSources,
} from '../../worker/observe-credentials.ts';
import { CertificateAuthority } from '../support/certificate-authority.ts';
import { eventually } from '../support/eventually.ts';
import { jsonWebToken } from '../support/json-web-token.ts';
import { RecordedMetrics } from '../support/recorded-metrics.ts';

const SOON = new Date('2030-01-01T00:00:00Z');
const LATER = new Date('2031-01-01T00:00:00Z');
const authority = new CertificateAuthority('authority');
const certificate = (notAfter: Date): string => authority.issue('client', 'client.example', notAfter).certificate;

describe('the expiry of credentials', () => {
  const tokens: readonly (readonly [string, string, number | undefined])[] = [
    ['a token with a time', jsonWebToken({ exp: 1_900_000_000 }), 1_900_000_000],
    ['a token without one', jsonWebToken({ sub: 'a' }), undefined],
    ['a time that is not a number', jsonWebToken({ exp: 'tomorrow' }), undefined],
    ['another kind of token', 'secret', undefined],
    ['no token', '', undefined],
  ];
  for (const [name, token, expected] of tokens)
    it(`is read from ${name}`, () => assert.equal(tokenExpirySeconds(token), expected));

  it('is that of the certificate that expires first', () => {
    const chain = [certificate(LATER), certificate(SOON)].join('\n');
    assert.equal(certificateExpirySeconds(chain), SOON.getTime() / 1000);
    assert.equal(certificateExpirySeconds(''), undefined);
  });

  it('is published for what can be read', async () => {
    const metrics = new RecordedMetrics();
    const stop = new AbortController();
    const sources: CredentialSources = {
      tokens: {
        kubernetes: () => jsonWebToken({ exp: 7 }),
        temporal: () => Promise.reject(new Error('not mounted')),
        sidecar: () => undefined,
      },
      certificates: { temporal: async () => certificate(SOON) },
    };
    observeCredentials(metrics, sources, stop.signal);
    await eventually('two are published', () => metrics.lines.length >= 2);
    stop.abort();
    assert.deepEqual(metrics.lines.toSorted(), [
      `sei_certificate_expiry_timestamp_seconds credential=temporal ${SOON.getTime() / 1000}`,
      'sei_token_expiry_timestamp_seconds credential=kubernetes 7',
    ]);
  });
});
