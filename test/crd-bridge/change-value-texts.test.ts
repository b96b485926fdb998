import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { changeValueTexts } from '../../crd-bridge/change-value-texts.ts';
import { codePoint } from '../support/code-point.ts';

/** A resource as text, with white space where JSON allows it and decoys before and after the values. */
function resourceWith(values: readonly string[], space = ''): string {
  const changes = values.map(
    (value) => `{"key":"value","value"${space}:${space}${value}${space},"subspace":"\\"value\\":1"}`,
  );
  const decoy = '{"changes":[{"value":"decoy"}],"value":"decoy"}';
  return `{"metadata":${decoy},"spec":{"kind":"GovParamChange","govParamChange":{"title":"\\"changes\\":[","changes":[${space}${changes.join(`,${space}`)}]}},"status":${decoy}}`;
}

describe('changeValueTexts', () => {
  it('extracts the values as they are in the text', () => {
    const values = ['1.50', '12345678901234567890', '1E3', '"a\\u0041"', '{ "b" : [ 1.0 , 2 ] }', 'null', 'true'];
    assert.deepEqual(changeValueTexts(resourceWith(values)), { changeValues: values });
    assert.deepEqual(changeValueTexts(resourceWith(values, ' \n\t')), { changeValues: values });
  });

  it('extracts texts that parse to the values of the document, for any JSON', () => {
    const space = fc.constantFrom('', ' ', '\n  ');
    fc.assert(
      fc.property(fc.array(fc.json({ stringUnit: codePoint }), { maxLength: 4 }), space, (values, blank) => {
        const resource = resourceWith(values, blank);
        const found = changeValueTexts(resource);
        assert.ok('changeValues' in found);
        const { changeValues: texts } = found;
        const { changes } = JSON.parse(resource).spec.govParamChange as { changes: { value: unknown }[] };
        assert.ok(texts.every((text) => resource.includes(text)));
        assert.deepEqual(
          texts.map((text) => JSON.parse(text)),
          changes.map(({ value }) => value),
        );
      }),
    );
  });

  it('is empty for a change without a value, which is refused later', () => {
    assert.deepEqual(changeValueTexts('{"spec":{"govParamChange":{"changes":[{"key":"a"},{"value":1}]}}}'), {
      changeValues: ['', '1'],
    });
  });

  for (const resource of [
    '',
    '{}',
    '[]',
    '{"spec":null}',
    '{"spec":{"govParamChange":{}}}',
    '{"spec":{"govParamChange":{"changes":{}}}}',
    '{"spec":',
  ]) {
    it(`finds none in ${resource || 'nothing'}`, () =>
      assert.deepEqual(changeValueTexts(resource), { changeValues: [] }));
  }

  it('refuses values that are nested too deeply for a workflow, and accepts brackets in strings', () => {
    for (const depth of [501, 9_000]) {
      assert.deepEqual(changeValueTexts(resourceWith(['1', nested(depth)])), {
        unfitChanges: 'has values that are nested more than 500 levels deep',
      });
    }
    const values = [
      nested(490),
      JSON.stringify('['.repeat(9_000)),
      JSON.stringify('"[\\'.repeat(9_000)),
      JSON.stringify(Array.from({ length: 9_000 }, () => [])),
    ];
    assert.deepEqual(changeValueTexts(resourceWith(values)), { changeValues: values });
  });

  it('refuses values that are too large for a workflow', () => {
    assert.deepEqual(changeValueTexts(resourceWith(large(400_000))), { changeValues: large(400_000) });
    for (const length of [400_001, 1_400_000]) {
      assert.deepEqual(changeValueTexts(resourceWith(large(length))), {
        unfitChanges: `has ${length} characters of values; at most 400000 are possible`,
      });
    }
  });
});

/** Two values of so many characters together. */
function large(length: number): string[] {
  return ['1', `"${'x'.repeat(length - 3)}"`];
}

function nested(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth);
}
