import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

/** Of a table of promises, up to its first row. */
const HEAD = /^\| promise \| test \|\n\| --- \| --- \|\n/m;
/** The last cell of a row: `[title](file)`. */
const TEST_LINK = /\| \[([^\]]+)\]\((\.\.\/test\/[^)]+)\) \|$/;

for (const name of ['coexistence.md', 'contract-tests.md', 'reliability.md', 'security.md']) {
  describe(`docs/${name}`, () => {
    it('names a test that exists for every promise', async () => {
      const document = new URL(`../../docs/${name}`, import.meta.url);
      const [, ...tables] = (await readFile(document, 'utf8')).split(HEAD);
      const rows = tables.flatMap((table) => table.split('\n\n', 1).join().trimEnd().split('\n'));
      assert.ok(rows.length > 0);
      for (const row of rows) {
        const [, title = '', file = ''] = TEST_LINK.exec(row) ?? assert.fail(`no test: ${row}`);
        const source = await readFile(new URL(file, document), 'utf8');
        assert.ok(source.includes(title), `${file} has no test "${title}"`);
      }
    });
  });
}
