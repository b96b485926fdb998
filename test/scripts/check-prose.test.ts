import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { findWords, judge } from '../../scripts/prose/find-words.ts';
import { wordExceptions } from '../../scripts/prose/word-exceptions.ts';
import { wordRules } from '../../scripts/prose/word-rules.ts';

const rules = [{ words: /\bzig zag\b/i, write: 'another word' }];
const finding = (file: string, line: number, found = 'zig zag'): object => ({
  file,
  line,
  found,
  write: 'another word',
});

describe('the prose linter', () => {
  const typescript: Readonly<Record<string, { readonly text: string; readonly lines: readonly number[] }>> = {
    'a comment': { text: 'let a; // it zig zag\n', lines: [1] },
    'a comment over two lines': { text: '/**\n * It zig\n * zag.\n */\n', lines: [2] },
    'comments after each other': { text: 'let a;\n// It zig\n// zag.\n', lines: [2] },
    'a string': { text: "\nlog('It zig zag');\n", lines: [2] },
    'a string in two parts': { text: "log('It zig ' +\n  'zag');\n", lines: [1] },
    'a template with a value': { text: 'log(`😀 ${name} zig zag ${"and zig zag"}`);\n', lines: [1, 1] },
    'a test title': { text: "it('zig zag', () => {});\n", lines: [1] },
  };
  for (const [what, { text, lines }] of Object.entries(typescript)) {
    it(`finds words in ${what}`, () =>
      assert.deepEqual(
        findWords('a.ts', text, rules),
        lines.map((line) => finding('a.ts', line)),
      ));
  }

  const code: Readonly<Record<string, string>> = {
    code: 'const zig = zag;\n',
    'a regular expression': 'const zigZag = /zig zag/;\n',
    'a comment that quotes code': '// Calls `zig zag` twice.\n',
    'two strings that are not one text': "log('it zig', 'zag it');\n",
    'two parts that a value separates': 'log(`it zig ${a} zag`);\n',
  };
  for (const [what, text] of Object.entries(code)) {
    it(`finds nothing in ${what}`, () => assert.deepEqual(findWords('a.ts', text, rules), []));
  }

  it('finds words in Markdown, but not in code, links and generated parts', () => {
    const generated = '<!-- kinds -->\n| it zig zag |\n<!-- /kinds -->\n';
    const fence = '```console\n$ echo it zig zag\n```\n';
    const text = `${generated}${fence}It [zig zag](zig zag.md) and \`zig zag\`.\n\nIt zig\nzag.\n\nIt zig\n\nzag.\n`;
    assert.deepEqual(findWords('a.md', text, rules), [finding('a.md', 7), finding('a.md', 9)]);
  });

  it('names a file that cannot be parsed', () => {
    assert.throws(() => findWords('a.ts', 'let = ;', rules), /^Error: a\.ts cannot be parsed: /);
  });

  it('accepts what an exception covers, and reports an exception that covers nothing', () => {
    const findings = ['a/b.ts', 'c.md', 'd.md'].flatMap((file) => findWords(file, '// it zig zag\n', rules));
    const used = [
      { file: 'a/', reason: 'a folder' },
      { file: 'c.md', found: 'Zig zag', reason: 'these words' },
    ];
    const unused = [
      { file: 'd.md', found: 'zag zig', reason: 'other words' },
      { file: 'b.ts', reason: 'another file' },
    ];
    const { faults, unused: reported } = judge(findings, [...used, ...unused]);
    assert.deepEqual(faults, [finding('d.md', 1)]);
    assert.deepEqual(reported, unused);
  });

  it('knows each rule by a replacement, and each exception by a reason', () => {
    assert.deepEqual(
      wordRules.filter(({ write }) => write === ''),
      [],
    );
    assert.deepEqual(
      wordExceptions.filter(({ reason }) => reason === ''),
      [],
    );
  });

  it('finds nothing in the good examples of docs/style.md', async () => {
    const style = await readFile(new URL('../../docs/style.md', import.meta.url), 'utf8');
    const [, table = ''] = style.split('| before | after |\n| --- | --- |\n');
    const rows = table.split('\n\n', 1).join().trim().split('\n');
    assert.ok(rows.length >= 10);
    for (const row of rows) {
      const after = row.split(' | ').at(-1) ?? '';
      assert.deepEqual(findWords('style.md', after, wordRules), [], row);
    }
  });
});
