import assert from 'node:assert/strict';
import { SignJWT, UnsecuredJWT, type JWTPayload } from 'jose';
import { SignedTokens } from '../../worker/codec-server/signed-tokens.ts';
import { ConnectProxy } from '../support/connect-proxy.ts';
import { eventually } from '../support/eventually.ts';
import { RecordedLog } from '../support/recorded-log.ts';
import { AUDIENCE, CLAIM, SUBJECT, TestIssuer } from './test-issuer.ts';

const HOUR_AGO = Date.now() / 1000 - 3600;

describe('tokens of an issuer', () => {
  let issuer: TestIssuer;
  let recorded: RecordedLog;

  beforeEach(async () => {
    issuer = await TestIssuer.start();
    recorded = new RecordedLog();
  });
  afterEach(() => issuer[Symbol.asyncDispose]());

  function tokens(): SignedTokens {
    const { keysUrl, name } = issuer;
    return new SignedTokens({ keysUrl, issuer: name, audience: AUDIENCE, claim: CLAIM, log: recorded.log });
  }

  it('are accepted, with one of the values that the claim may have', async () => {
    for (const claims of [{}, { groups: 'sei-on-call' }, { groups: ['others', 'sei-operators'], aud: ['a', AUDIENCE] }])
      assert.equal((await tokens().verify(await issuer.sign(claims))).sub, SUBJECT);
  });

  const refused: Readonly<Record<string, JWTPayload>> = {
    'of another issuer': { iss: 'https://issuer.example/' },
    'without an issuer': { iss: undefined },
    'for another audience': { aud: 'another-api' },
    'without an audience': { aud: undefined },
    'that have expired': { exp: HOUR_AGO },
    'that never expire': { exp: undefined },
    'that are not valid yet': { nbf: Date.now() / 1000 + 3600 },
    'of nobody': { sub: undefined },
  };
  for (const [what, claims] of Object.entries(refused)) {
    it(`${what} are refused`, async () => {
      await assert.rejects(tokens().verify(await issuer.sign(claims)), { code: 'CODEC_TOKEN_REFUSED' });
    });
  }

  it('that lack the claim are refused with 403, also when it is a property of every object', async () => {
    for (const groups of [undefined, 'others', [], ['sei'], 'sei-operators,sei-on-call', { 'sei-operators': true }])
      await assert.rejects(tokens().verify(await issuer.sign({ groups })), {
        code: 'CODEC_CLAIM_REFUSED',
        status: 403,
      });
    const { keysUrl, name } = issuer;
    const claim = { name: 'toString', values: ['x'] };
    const other = new SignedTokens({ keysUrl, issuer: name, audience: AUDIENCE, claim, log: recorded.log });
    await assert.rejects(other.verify(await issuer.sign()), { code: 'CODEC_CLAIM_REFUSED' });
  });

  it('that somebody else signed, or nobody, are refused', async () => {
    const known = tokens();
    await known.verify(await issuer.sign());
    await using stranger = await TestIssuer.start();
    const [header, , signature] = (await issuer.sign()).split('.');
    const [, claims] = (await issuer.sign({ sub: 'another' })).split('.');
    const unsecured = { iss: issuer.name, aud: AUDIENCE, sub: SUBJECT, groups: CLAIM.values };
    const forged = [
      await stranger.sign(),
      [header, claims, signature].join('.'),
      new UnsecuredJWT(unsecured).setExpirationTime('1h').encode(),
      await new SignJWT(unsecured)
        .setExpirationTime('1h')
        .setProtectedHeader({ alg: 'HS256', kid: 'first' })
        .sign(await crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, true, ['sign'])),
      'a.b.c',
      'opaque-token',
    ];
    for (const token of forged) await assert.rejects(known.verify(token), { code: 'CODEC_TOKEN_REFUSED' }, token);
  });

  it('cannot be verified while the keys cannot be read: 503, and a reason for the probe', async () => {
    issuer.status = 500;
    const watched = tokens();
    const stop = new AbortController();
    watched.watchKeys(stop.signal);
    await eventually('it has tried', () => recorded.events.includes('SigningKeysUnavailable'));
    assert.match(watched.problem ?? '', /200/);
    await assert.rejects(watched.verify(await issuer.sign()), { code: 'CODEC_SIGNING_KEYS_UNAVAILABLE', status: 503 });
    issuer.status = 200;
    await watched.verify(await issuer.sign());
    assert.equal(watched.problem, undefined);
    stop.abort();
  });

  it('cannot be verified when nothing listens at the URL of the keys', async () => {
    const token = await issuer.sign();
    const unreachable = tokens();
    await issuer[Symbol.asyncDispose]();
    await assert.rejects(unreachable.verify(token), { code: 'CODEC_SIGNING_KEYS_UNAVAILABLE' });
  });

  it('are verified with keys that are read through the proxy of HTTPS_PROXY', async () => {
    await using proxy = await ConnectProxy.listen(Number(issuer.keysUrl.port));
    const previous = process.env['HTTPS_PROXY'];
    process.env['HTTPS_PROXY'] = proxy.url;
    try {
      const { name, keysUrl } = issuer;
      const behind = new URL(`https://issuer.example:${keysUrl.port}`);
      const options = { keysUrl: behind, issuer: name, audience: AUDIENCE, claim: CLAIM, log: recorded.log };
      // What is behind the proxy does not use TLS.
      await assert.rejects(new SignedTokens(options).verify(await issuer.sign()), { status: 503 });
      assert.deepEqual(proxy.targets, [behind.host]);
    } finally {
      if (previous === undefined) delete process.env['HTTPS_PROXY'];
      else process.env['HTTPS_PROXY'] = previous;
    }
  });
});
