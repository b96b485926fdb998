import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { withoutSecrets } from '../../lib/without-secrets.ts';

const token = 'eyJhbGciOi.planted/token+value=';

describe('withoutSecrets', () => {
  const texts: readonly (readonly [what: string, text: string, clean: string])[] = [
    ['as it is', `no: ${token}!`, 'no: [removed]!'],
    ['in base64', `Basic ${Buffer.from(token).toString('base64')}`, 'Basic [removed]'],
    ['in base64 for URLs', Buffer.from(token).toString('base64url'), '[removed]'],
    ['in the base64 of a longer text', Buffer.from(`x${token}`).toString('base64'), 'eG[removed]0='],
    ['URL-encoded', `?token=${encodeURIComponent(token)}&x`, '?token=[removed]&x'],
    ['more than once', `${token} ${token}`, '[removed] [removed]'],
    ['not at all', 'an ordinary sentence', 'an ordinary sentence'],
  ];
  for (const [what, text, clean] of texts) {
    it(`removes a secret that is there ${what}`, () => assert.equal(withoutSecrets(text, [token]), clean));
  }

  it('removes any token after Bearer', () => {
    assert.equal(
      withoutSecrets('{"authorization":"Bearer abc.def-123456","x":1}', []),
      '{"authorization":"Bearer [removed]","x":1}',
    );
    const words = 'bearer authentication failed: the bearer token is missing';
    assert.equal(withoutSecrets(words, []), words);
  });

  it('removes the longer of two secrets with the same start', () => {
    assert.equal(withoutSecrets('planted-key-2', ['planted-key', 'planted-key-2']), '[removed]');
  });

  it('does not remove very short secrets', () => assert.equal(withoutSecrets('abcdefg', ['abc', '']), 'abcdefg'));

  it('leaves no part of a secret, whatever it is and whatever surrounds it', () => {
    const secret = fc.string({ minLength: 8, unit: 'grapheme-ascii' });
    fc.assert(
      fc.property(
        secret,
        fc.string(),
        fc.string(),
        fc.constantFrom(String, encodeURIComponent, JSON.stringify),
        (planted, before, after, write) => {
          const clean = withoutSecrets(`${before}${write(planted)}${after}`, [planted]);
          assert.ok(!clean.includes(planted), clean);
        },
      ),
    );
  });
});
