import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { WatchEventDecoder } from '../../kubernetes/watch-event-decoder.ts';

const added = { type: 'ADDED', object: { metadata: { name: 'é', uid: 'u1', resourceVersion: '5' }, spec: { a: 1 } } };
const bookmark = { type: 'BOOKMARK', object: { metadata: { resourceVersion: '9' } } };
const bytes = Buffer.from(`${JSON.stringify(added)}\n\n${JSON.stringify(bookmark)}\n`);
const badResponse = { code: 'KUBERNETES_BAD_RESPONSE' };

describe('WatchEventDecoder', () => {
  it('gives the same events however the bytes are cut', () => {
    for (let size = 1; size <= bytes.length; size += 1) {
      const decoder = new WatchEventDecoder();
      const events = [];
      for (let start = 0; start < bytes.length; start += size) events.push(...decoder.push(bytes.subarray(start, start + size)));
      decoder.end();
      assert.deepEqual(events, [added, bookmark]);
    }
  });

  it('notices a line that was cut short', () => {
    const decoder = new WatchEventDecoder();
    decoder.push(bytes.subarray(0, 20));
    assert.throws(() => decoder.end(), badResponse);
  });

  for (const line of ['{"type":', '[]', '{"type":"PATCHED","object":{}}', '{"type":"ADDED","object":{"metadata":{"name":"a"}}}', '<html>']) {
    it(`refuses ${line}`, () => assert.throws(() => new WatchEventDecoder().push(Buffer.from(`${line}\n`)), badResponse));
  }

  it('does not collect a line without end', () => {
    const decoder = new WatchEventDecoder();
    const megabyte = Buffer.alloc(1024 * 1024, 'x');
    for (let count = 0; count < 8; count += 1) decoder.push(megabyte);
    assert.throws(() => decoder.push(megabyte), badResponse);
  });

  it('takes a long line that comes byte by byte in a heap of 64 MB', async () => {
    const script = `
      import { WatchEventDecoder } from ${JSON.stringify(new URL('../../kubernetes/watch-event-decoder.ts', import.meta.url))};
      const decoder = new WatchEventDecoder();
      for (let count = 0; count < 2_000_000; count += 1) decoder.push(Buffer.alloc(1, ' '));
      decoder.push(Buffer.from('\\n'));
      decoder.end();
      console.log('taken');
    `;
    const options = ['--no-warnings', '--max-old-space-size=64', '--input-type=module', '--eval', script];
    assert.equal((await promisify(execFile)(process.execPath, options)).stdout, 'taken\n');
  });
});
