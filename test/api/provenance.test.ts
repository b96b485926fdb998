import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { cancellationOf, cancelReasonOf, provenanceOf, provenanceText, safeProvenance } from '../../api/provenance.ts';
import { codePoint } from '../support/code-point.ts';

describe('provenance', () => {
  const managedFields = [
    { manager: 'kubectl-annotate', time: '2026-11-24T00:00:02Z' },
    { manager: 'sei-node-tasks', time: '2026-11-23T00:00:00Z', subresource: 'status' },
    { manager: 'flux', time: '2026-11-24T00:00:01Z' },
  ];

  it('is the user that the plugin has noted, and the reason', () => {
    const annotations = {
      'sei.io/requested-by': ' alice@example.com\n',
      'sei.io/reason': ' memory leak.\n',
      other: 'x',
    };
    const provenance = provenanceOf({ managedFields, annotations });
    assert.deepEqual(provenance, { requestedBy: 'alice@example.com', why: 'memory leak.' });
    assert.equal(provenanceText(provenance), 'Requested by alice@example.com. Reason: memory leak.');
  });

  for (const noted of [undefined, '', ' \n', '\u202E']) {
    it(`is what the resource was first created with where the user is ${JSON.stringify(noted)}, and does not call it a person`, () => {
      const provenance = provenanceOf({
        managedFields,
        annotations: noted === undefined ? {} : { 'sei.io/requested-by': noted },
      });
      assert.deepEqual(provenance, { createdWith: 'flux' });
      assert.equal(provenanceText(provenance), 'Created with flux.');
    });
  }

  const texts: readonly (readonly [Parameters<typeof provenanceText>[0], string])[] = [
    [{}, ''],
    [{ requestedBy: 'alice' }, 'Requested by alice.'],
    [{ createdWith: 'kubectl-client-side-apply' }, 'Created with kubectl-client-side-apply.'],
    [{ why: 'leak' }, 'Reason: leak.'],
    [{ createdWith: 'flux', why: 'leak. ..' }, 'Created with flux. Reason: leak.'],
    [
      { requestedBy: 'system:serviceaccount:ops:bot', why: 'leak' },
      'Requested by system:serviceaccount:ops:bot. Reason: leak.',
    ],
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
    it(`is empty where nothing is known: ${JSON.stringify(metadata)}`, () =>
      assert.deepEqual(provenanceOf(metadata), {}));
  }

  it('takes an annotation of any content and length, and shows one short line of it', () => {
    fc.assert(
      fc.property(fc.string({ unit: codePoint, maxLength: 400 }), fc.constantFrom(1, 300), (part, times) => {
        const annotation = part.repeat(times);
        const annotations = {
          'sei.io/reason': annotation,
          'sei.io/cancel': annotation,
          'sei.io/requested-by': annotation,
        };
        const brought = safeProvenance({ requestedBy: annotation, createdWith: annotation, why: annotation });
        const { requestedBy, why } = provenanceOf({ annotations });
        for (const shown of [requestedBy, why, cancellationOf({ annotations }), ...Object.values(brought)]) {
          if (shown === undefined) continue;
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

describe('cancelReasonOf', () => {
  it('is that of the annotation, and nothing in particular for a resource that is being deleted', () => {
    const deletionTimestamp = '2026-11-24T00:00:00Z';
    assert.equal(cancelReasonOf({ annotations: { 'sei.io/cancel': 'wrong node' }, deletionTimestamp }), 'wrong node');
    assert.equal(cancelReasonOf({ deletionTimestamp }), '');
    assert.equal(cancelReasonOf({}), undefined);
  });
});
