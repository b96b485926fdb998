import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as fc from 'fast-check';
import { KubernetesResponseError } from '../../kubernetes/errors.ts';
import { WatchEventDecoder } from '../../kubernetes/watch-event-decoder.ts';
import { codePoint } from '../support/code-point.ts';

const added = { type: 'ADDED', object: { metadata: { name: 'é', uid: 'u1', resourceVersion: '5' }, spec: { a: 1 } } };
const bookmark = { type: 'BOOKMARK', object: { metadata: { resourceVersion: '9' } } };
const bytes = Buffer.from(`${JSON.stringify(added)}\n\n${JSON.stringify(bookmark)}\n`);
const badResponse = { code: 'KUBERNETES_BAD_RESPONSE' };

describe('WatchEventDecoder', () => {
  it('gives the same events however the bytes are cut', () => {
    for (let size = 1; size <= bytes.length; size += 1) {
      const decoder = new WatchEventDecoder();
      const events = [];
      for (let start = 0; start < bytes.length; start += size)
        events.push(...decoder.push(bytes.subarray(start, start + size)));
      decoder.end();
      assert.deepEqual(events, [added, bookmark]);
    }
  });

  it('notices a truncated line', () => {
    const decoder = new WatchEventDecoder();
    decoder.push(bytes.subarray(0, 20));
    assert.throws(() => decoder.end(), badResponse);
  });

  for (const line of [
    '{"type":',
    '[]',
    '{"type":"PATCHED","object":{}}',
    '{"type":"ADDED","object":{"metadata":{"name":"a"}}}',
    '<html>',
  ]) {
    it(`refuses ${line}`, () =>
      assert.throws(() => new WatchEventDecoder().push(Buffer.from(`${line}\n`)), badResponse));
  }

  it('gives events or a typed error for any input', () => {
    const types = fc.constantFrom('ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR', 'OTHER');
    const metadata = fc.record(
      { name: fc.anything(), uid: fc.anything(), resourceVersion: fc.anything() },
      { requiredKeys: [] },
    );
    const event = fc.record(
      {
        type: fc.oneof(types, fc.anything()),
        object: fc.oneof(fc.record({ metadata: fc.oneof(metadata, fc.anything()) }), fc.anything()),
      },
      { requiredKeys: [] },
    );
    const deep = fc
      .nat({ max: 20_000 })
      .map((levels) => `{"type":"ADDED","object":${'{"metadata":'.repeat(levels)}{}${'}'.repeat(levels)}}`);
    const line = fc
      .oneof(event.map(asJson), fc.json(), fc.string({ unit: codePoint }), deep)
      .map((text) => Buffer.from(`${text}\n`));
    const chunk = fc.oneof(
      line,
      fc.uint8Array().map((sent) => Buffer.from(sent)),
    );
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 6 }), (chunks) => {
        const decoder = new WatchEventDecoder();
        try {
          for (const { type, object } of chunks.flatMap((sent) => decoder.push(sent))) {
            if (type !== 'ERROR') assert.notEqual(object.metadata.resourceVersion, '');
          }
          decoder.end();
        } catch (error) {
          assert.ok(error instanceof KubernetesResponseError, String(error));
          assert.doesNotMatch(error.message, /[\p{Cc}]/u);
        }
      }),
    );
  });

  it('does not buffer a line without limit', () => {
    const decoder = new WatchEventDecoder();
    const megabyte = Buffer.alloc(1024 * 1024, 'x');
    for (let count = 0; count < 8; count += 1) decoder.push(megabyte);
    assert.throws(() => decoder.push(megabyte), badResponse);
  });

  it('decodes a long line that arrives byte by byte in a heap of 32 MB', async () => {
    const script = `
      import { WatchEventDecoder } from ${JSON.stringify(new URL('../../kubernetes/watch-event-decoder.ts', import.meta.url))};
      const decoder = new WatchEventDecoder();
      for (let count = 0; count < 500_000; count += 1) decoder.push(Buffer.alloc(1, ' '));
      decoder.push(Buffer.from('\\n'));
      decoder.end();
      console.log('taken');
    `;
    const options = ['--no-warnings', '--max-old-space-size=32', '--input-type=module', '--eval', script];
    assert.equal((await promisify(execFile)(process.execPath, options)).stdout, 'taken\n');
  });
});

/** With what JSON has no word for left out. */
function asJson(value: unknown): string {
  return (
    JSON.stringify(value, (_key, member: unknown) => (typeof member === 'bigint' ? String(member) : member)) ?? 'null'
  );
}
