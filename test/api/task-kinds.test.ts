import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { payloadSchemas } from '../../api/payload-schemas.ts';
import { definitionOf, payloadFieldOf, taskKindNames } from '../../api/task-kinds.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const PRODUCT = ['api', 'core', 'workflows', 'activities', 'kubernetes', 'crd-bridge', 'worker', 'cli'];
/** A comparison with the name of a kind. */
const ASKS = new RegExp(`[!=]== '(${taskKindNames.join('|')})'|case '(${taskKindNames.join('|')})'`);

describe('the kinds', () => {
  for (const kind of taskKindNames) {
    it(`${kind} has an example that its own schema takes`, () => {
      const { success } = payloadSchemas[payloadFieldOf(kind)].safeParse(definitionOf(kind).example);
      assert.equal(success, true);
    });
  }

  it('are never asked for by name: what is special about one is in its module', () => {
    const files = PRODUCT.flatMap((room) => globSync(`${room}/**/*.ts`, { cwd: PROJECT }));
    assert.ok(files.length > 100);
    const asking = files.filter((file) => ASKS.test(readFileSync(`${PROJECT}${file}`, 'utf8')));
    assert.deepEqual(asking, []);
  });
});
