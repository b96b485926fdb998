import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { cancellationOf, provenanceOf, provenanceText } from '../../api/provenance.ts';

describe('provenance', () => {
  it('is the manager that wrote first, and the reason', () => {
    const managedFields = [
      { manager: 'kubectl-annotate', time: '2026-11-24T00:00:02Z' },
      { manager: 'sei-node-tasks', time: '2026-11-23T00:00:00Z', subresource: 'status' },
      { manager: 'flux', time: '2026-11-24T00:00:01Z' },
    ];
    const provenance = provenanceOf({ managedFields, annotations: { 'sei.io/reason': ' memory leak.\n', other: 'x' } });
    assert.deepEqual(provenance, { requestedBy: 'flux', why: 'memory leak.' });
    assert.equal(provenanceText(provenance), 'Requested by flux: memory leak.');
  });

  const texts: readonly (readonly [Parameters<typeof provenanceText>[0], string])[] = [
    [{}, ''],
    [{ requestedBy: 'flux' }, 'Requested by flux.'],
    [{ why: 'leak' }, 'Requested: leak.'],
    [{ requestedBy: 'flux', why: 'leak. ..' }, 'Requested by flux: leak.'],
  ];
  for (const [provenance, text] of texts) {
    it(`${JSON.stringify(provenance)} reads "${text}"`, () => assert.equal(provenanceText(provenance), text));
  }

  const unknown: readonly Parameters<typeof provenanceOf>[0][] = [
    {},
    { managedFields: [], annotations: {} },
    { managedFields: [{}], annotations: { 'sei.io/reason': ' \n' } },
  ];
  for (const metadata of unknown) {
    it(`is empty where nothing is known: ${JSON.stringify(metadata)}`, () => assert.deepEqual(provenanceOf(metadata), {}));
  }

  it('takes an annotation of any content and length, and shows one short line of it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.constantFrom(1, 300), (part, times) => {
        const annotation = part.repeat(times);
        const annotations = { 'sei.io/reason': annotation, 'sei.io/cancel': annotation };
        for (const shown of [provenanceOf({ annotations }).why ?? '', cancellationOf({ annotations }) ?? '']) {
          assert.ok(shown.length <= 256);
          assert.ok(shown.isWellFormed());
          assert.doesNotMatch(shown, /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
        }
      }),
    );
  });
});

describe('cancellationOf', () => {
  it('is why, possibly nothing, and undefined without the annotation', () => {
    assert.equal(cancellationOf({ annotations: { 'sei.io/cancel': 'wrong node' } }), 'wrong node');
    assert.equal(cancellationOf({ annotations: { 'sei.io/cancel': '' } }), '');
    assert.equal(cancellationOf({ annotations: { 'sei.io/reason': 'x' } }), undefined);
    assert.equal(cancellationOf({}), undefined);
  });
});
