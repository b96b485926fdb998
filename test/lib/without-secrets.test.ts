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

  const afterBearer: readonly (readonly [what: string, text: string, clean: string])[] = [
    ['a plus', '?header=bearer+abcdef12&x', '?header=bearer+[removed]&x'],
    ['an encoded blank', '?header=bearer%20abcdef12&x', '?header=bearer%20[removed]&x'],
    ['a plus and a blank', 'bearer+ abcdef12', 'bearer+ [removed]'],
    ['an encoded blank and a blank', 'bearer%20 abcdef12', 'bearer%20 [removed]'],
    ['a word that ends in it', 'bearer token-of-bearer abcdef12', 'bearer token-of-bearer [removed]'],
    ['itself, in a URL', '?header=bearer+bearer+abcdef12&x', '?header=bearer+[removed]&x'],
  ];
  for (const [what, text, clean] of afterBearer)
    it(`removes a token after Bearer and ${what}`, () => assert.equal(withoutSecrets(text, []), clean));

  // Work that grew with the square of the length would take these more than ten minutes.
  const long: readonly (readonly [what: string, text: string])[] = [
    ['pluses after one', `bearer${'+'.repeat(2 ** 20)}`],
    ['blanks after one', `bearer${' '.repeat(2 ** 20)}`],
    ['pluses and blanks after one', `bearer${'+ '.repeat(2 ** 19)}`],
    ['one after the other', 'bearer+'.repeat(2 ** 17)],
    ['one after the other, with words', `bearer ${'words-bearer+'.repeat(2 ** 16)}`],
  ];
  for (const [what, text] of long)
    it(`reads a mebibyte of Bearer, with ${what}, once`, () => assert.equal(withoutSecrets(text, []), text));

  it('removes a token as long as the largest answer', () => {
    assert.equal(withoutSecrets(`bearer ${'7'.repeat(2 ** 24)}`, []), 'bearer [removed]');
    assert.equal(withoutSecrets(`bearer+${'7'.repeat(2 ** 24)}`, []), 'bearer+[removed]');
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
