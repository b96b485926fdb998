import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { markdown } from '../../lib/markdown.ts';
import { codePoint } from '../support/code-point.ts';

describe('markdown', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['plain text: ✓ 日本, 7 of 9.', 'plain text: ✓ 日本, 7 of 9.'],
    ['**bold** _it_', String.raw`\*\*bold\*\* \_it\_`],
    ['[a](http://b)', String.raw`\[a\]\(http\://b\)`],
    ['![a](b)', String.raw`\!\[a\]\(b\)`],
    ['<img src=x onerror=y>', String.raw`\<img src=x onerror=y\>`],
    ['`code` ~~no~~ a|b', String.raw`\`code\` \~\~no\~\~ a\|b`],
    ['# head - item + item', String.raw`\# head \- item \+ item`],
    ['&lt;', String.raw`\&lt;`],
    [String.raw`\*`, String.raw`\\\*`],
    ['', ''],
  ];
  for (const [text, expected] of cases)
    it(`shows ${text || 'nothing'} as it is`, () => assert.equal(markdown(text), expected));

  it('escapes every character that formats or links, and loses none', () => {
    fc.assert(
      fc.property(fc.string({ unit: codePoint }), (text) => {
        const escaped = markdown(text);
        assert.doesNotMatch(escaped.replaceAll(/\\./gsu, ''), /[\\`*_{}[\]<>()#+!|~&-]/);
        assert.equal(escaped.replaceAll(/\\(.)/gsu, '$1'), text);
      }),
    );
  });
});
