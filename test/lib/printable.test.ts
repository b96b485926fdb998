import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { printable } from '../../lib/printable.ts';
import { codePoint } from '../support/code-point.ts';

describe('printable', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['plain text', 'seid is up: ✓ 日本', 'seid is up: ✓ 日本'],
    ['line breaks', 'one\r\n\ttwo\u2028three\u2029four\u0085five', 'one two three four five'],
    ['terminal escapes', '\u001b[31mred\u001b[0m\u009b2J', '[31mred [0m 2J'],
    ['direction marks', 'a\u202eb\u2066c\u200fd\u061ce', 'a b c d e'],
    ['blanks around it', ' \n words \u0000', 'words'],
    ['half a surrogate pair', 'a\ud800b', 'a\ufffdb'],
    ['nothing', '', ''],
  ];
  for (const [what, text, expected] of cases)
    it(`shows ${what} on one line`, () => assert.equal(printable(text), expected));

  it('cuts with an ellipsis', () => {
    assert.equal(printable('abcdef', 6), 'abcdef');
    assert.equal(printable('abcdef', 5), 'abcd…');
    assert.equal(printable('a'.repeat(1_000_000)).length, 1024);
  });

  it('gives one printable, well-formed line within the limit for any input', () => {
    fc.assert(
      fc.property(fc.string({ unit: codePoint, maxLength: 200 }), fc.integer({ min: 1, max: 100 }), (text, limit) => {
        const line = printable(text, limit);
        assert.ok(line.length <= limit);
        assert.ok(line.isWellFormed());
        assert.doesNotMatch(line, /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
        assert.equal(printable(line, limit), line);
      }),
    );
  });
});
