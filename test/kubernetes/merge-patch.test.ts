import assert from 'node:assert/strict';
import { mergePatch } from '../../kubernetes/merge-patch.ts';

describe('mergePatch', () => {
  it('is undefined when nothing changes', () => {
    assert.equal(mergePatch({ a: 1, b: { c: [1] } }, { a: 1, b: { c: [1] } }), undefined);
    assert.equal(mergePatch({}, { a: undefined }), undefined);
    assert.equal(mergePatch({ list: [{ a: 1 }] }, { list: [{ a: 1, b: undefined }] }), undefined);
  });

  it('holds only what changes', () => {
    assert.deepEqual(
      mergePatch(
        { phase: 'Pending', task: { id: 'x', status: 'Pending' } },
        { phase: 'Running', task: { id: 'x', status: 'Running' } },
      ),
      {
        phase: 'Running',
        task: { status: 'Running' },
      },
    );
  });

  it('removes what is left out, undefined or null', () => {
    assert.deepEqual(mergePatch({ a: 1, b: 2, c: 3, d: { e: 1, f: 2 } }, { b: undefined, c: null, d: { f: 2 } }), {
      a: null,
      b: null,
      c: null,
      d: { e: null },
    });
  });

  it('replaces arrays whole', () => {
    assert.deepEqual(
      mergePatch({ conditions: [{ type: 'A' }, { type: 'B' }] }, { conditions: [{ type: 'A' }, { type: 'C' }] }),
      {
        conditions: [{ type: 'A' }, { type: 'C' }],
      },
    );
  });

  it('writes an object where there was none, empty ones too', () => {
    assert.deepEqual(mergePatch({ b: 1 }, { a: {}, b: { c: { d: 1, e: undefined } } }), { a: {}, b: { c: { d: 1 } } });
  });
});
