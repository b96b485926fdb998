import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

const DOCUMENT = new URL('../../docs/contract-tests.md', import.meta.url);
/** The last cell of a row: `[title](file)`. */
const TEST_LINK = /\| \[([^\]]+)\]\((\.\.\/test\/[^)]+)\) \|$/;

describe('docs/contract-tests.md', () => {
  it('names a test that exists for every promise', async () => {
    const rows = (await readFile(DOCUMENT, 'utf8')).split('\n').filter((line) => /^\| (?!promise|---)/.test(line));
    assert.ok(rows.length > 0);
    for (const row of rows) {
      const [, title = '', file = ''] = TEST_LINK.exec(row) ?? assert.fail(`no test: ${row}`);
      const source = await readFile(new URL(file, DOCUMENT), 'utf8');
      assert.ok(source.includes(title), `${file} has no test "${title}"`);
    }
  });
});
