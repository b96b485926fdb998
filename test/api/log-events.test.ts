import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { logEvents } from '../../api/log-events.ts';
import { logFields } from '../../api/log-fields.ts';

const PRODUCT = '{activities,api,core,crd-bridge,encryption,kubernetes,lib,worker}/**/*.ts';
const ROOT = new URL('../../', import.meta.url);

describe('the catalogue of log lines', () => {
  it('has no event that nothing logs, and no field that no event has', async () => {
    const sources: string[] = [];
    for await (const file of glob(PRODUCT, { cwd: ROOT }))
      if (file !== 'api/log-events.ts') sources.push(await readFile(new URL(file, ROOT), 'utf8'));
    const source = sources.join('\n');
    const unused = Object.keys(logEvents).filter((event) => !source.includes(`'${event}'`));
    assert.deepEqual(unused, []);
    const used = new Set<string>(Object.values(logEvents).flatMap(({ fields }) => [...fields]));
    assert.deepEqual(
      Object.keys(logFields).filter((field) => !used.has(field)),
      [],
    );
  });

  it('has messages that are sentences, and do not vary', () => {
    for (const [event, { message }] of Object.entries(logEvents)) assert.match(message, /^[A-Z][^{}]*\.$/, event);
  });
});
