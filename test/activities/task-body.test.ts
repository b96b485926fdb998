import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { taskBody } from '../../activities/task-body.ts';
import { codePoint } from '../support/code-point.ts';

const id = 'b7e89c3a-4f12-5d8b-9a6e-1c2d3e4f5a6b';
const NAMES = ['b', 'a'].map((name) => ({ subspace: name, key: `Key"${name}` }));

function changesBody(changeValues: readonly string[], params: object = {}): string {
  const changes = changeValues.map((_, index) => ({ ...NAMES[index % 2], value: 'of JavaScript' }));
  return taskBody({ id, type: 'gov-param-change', params: { ...params, changes }, changeValues });
}

describe('taskBody', () => {
  it('is the task as JSON', () => {
    assert.equal(taskBody({ id, type: 'restart-seid' }), `{"id":"${id}","type":"restart-seid"}`);
    const params = { condition: 'height', targetHeight: 9 };
    assert.deepEqual(JSON.parse(taskBody({ id, type: 'await-condition', params })), {
      id,
      type: 'await-condition',
      params,
    });
  });

  it('contains the texts of values unchanged, in their order', () => {
    const body = changesBody(['1.50', '{ "b": 1e3 }'], { title: 'A "title"', chainId: 'test-1' });
    const changes = String.raw`[{"subspace":"b","key":"Key\"b","value":1.50},{"subspace":"a","key":"Key\"a","value":{ "b": 1e3 }}]`;
    assert.equal(
      body,
      String.raw`{"id":"${id}","type":"gov-param-change","params":{"title":"A \"title\"","chainId":"test-1","changes":${changes}}}`,
    );
  });

  it('keeps every value and every other parameter, whatever they hold', () => {
    const text = fc.oneof(fc.string({ unit: codePoint }), fc.constantFrom('[]}}', '"changes":[]}}', '$&', "$'"));
    fc.assert(
      fc.property(fc.array(fc.json(), { minLength: 1, maxLength: 4 }), fc.dictionary(text, text), (values, others) => {
        const { changes: _, ...params } = others;
        const body = JSON.parse(changesBody(values, params));
        const { changes, ...rest } = body.params as { changes: { subspace: string; key: string; value: unknown }[] };
        assert.deepEqual([body.id, body.type], [id, 'gov-param-change']);
        assert.deepEqual(rest, JSON.parse(JSON.stringify(params)));
        assert.deepEqual(
          changes,
          values.map((value, index) => ({ ...NAMES[index % 2], value: JSON.parse(value) })),
        );
      }),
    );
  });
});
