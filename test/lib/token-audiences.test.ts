import assert from 'node:assert/strict';
import { opensApiServer, tokenAudiences } from '../../lib/token-audiences.ts';
import { jsonWebToken } from '../support/json-web-token.ts';

const ISSUER = 'https://oidc.example/id/1';
const API_SERVER = 'https://kubernetes.default.svc';

describe('the audiences of a token', () => {
  const tokens: readonly (readonly [what: string, token: string, audiences: string[] | undefined])[] = [
    ['a list', jsonWebToken({ aud: ['a', 'b'] }), ['a', 'b']],
    ['one text', jsonWebToken({ aud: 'a' }), ['a']],
    ['nothing', jsonWebToken({ iss: ISSUER }), []],
    ['numbers', jsonWebToken({ aud: [1, 'a'] }), ['a']],
    ['claims that are a list', jsonWebToken(['a']), undefined],
    ['claims that are null', jsonWebToken(null), undefined],
    ['claims that are not JSON', 'a.b.c', undefined],
    ['no parts', 'static-token', undefined],
    ['five parts', 'a.e30.c.d.e', undefined],
  ];
  for (const [what, token, audiences] of tokens) {
    it(`are read from a token with ${what}`, () => {
      assert.deepEqual(tokenAudiences(token), audiences);
    });
  }
});

describe('a token for sidecars', () => {
  const own = jsonWebToken({ iss: ISSUER, aud: [API_SERVER] });
  const cases: readonly (readonly [what: string, token: string, own: string | undefined, opens: boolean])[] = [
    ['has an audience of its own', jsonWebToken({ iss: ISSUER, aud: ['sei-sidecar'] }), own, false],
    ['has an audience of its own, with a client certificate', jsonWebToken({ aud: ['sei-sidecar'] }), undefined, false],
    ['is for both', jsonWebToken({ iss: ISSUER, aud: ['sei-sidecar', API_SERVER] }), own, true],
    ['is the one for the API server', own, own, true],
    ['is for the issuer, with a client certificate', jsonWebToken({ iss: ISSUER, aud: [ISSUER] }), undefined, true],
    ['is an old one without an audience', jsonWebToken({ iss: 'kubernetes/serviceaccount' }), own, true],
    ['is opaque and the same', 'static', 'static', true],
    ['is opaque and another one', 'static', own, false],
    ['is opaque, with a client certificate', 'static', undefined, false],
    ['has an audience, with an opaque token', jsonWebToken({ iss: ISSUER, aud: ['sei-sidecar'] }), 'static', false],
  ];
  for (const [what, token, apiServerToken, opens] of cases) {
    it(`that ${what} ${opens ? 'opens' : 'does not open'} the API server`, () => {
      assert.equal(opensApiServer(token, apiServerToken), opens);
    });
  }
});
