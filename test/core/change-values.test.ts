import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { changeValues } from '../../core/change-values.ts';
import { InvalidField } from '../../core/invalid-field.ts';
import { minimalPayloads } from '../api/payload-examples.ts';
import { codePoint } from '../support/code-point.ts';

function payloadOf(values: readonly unknown[]): unknown {
  return {
    ...minimalPayloads.GovParamChange,
    changes: values.map((value) => ({ subspace: 'staking', key: 'Params', value })),
  };
}

/** With their texts as the bridge hands them over. */
function fromTexts(...texts: string[]): readonly string[] {
  return changeValues(payloadOf(texts.map(() => 'not looked at')), texts);
}

describe('changeValues', () => {
  const kept = [
    '"1"',
    '1.50',
    '1e3',
    '-0',
    'null',
    '9007199254740992',
    '-9007199254740992',
    '0.1234567890123456789012',
    '"12345678901234567890"',
    '[{"12345678901234567890":1}]',
  ];
  for (const text of kept) it(`keeps ${text} as it is`, () => assert.deepEqual(fromTexts(text), [text]));

  it('keeps strings whatever digits they hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('"', '\\', '9', '0', '1', '-', 'e', '.', ' ', ':') }), (text) => {
        const json = JSON.stringify({ [text]: [text, 1] });
        assert.deepEqual(fromTexts(json), [json]);
      }),
    );
  });

  it('keeps any JSON whose numbers a float can hold', () => {
    const values = fc
      .array(fc.jsonValue({ stringUnit: codePoint }), { minLength: 1 })
      .filter((all) => !/\d{16}|e\+/.test(JSON.stringify(all)));
    fc.assert(
      fc.property(values, (all) =>
        assert.deepEqual(
          changeValues(payloadOf(all), undefined),
          all.map((value) => JSON.stringify(value)),
        ),
      ),
    );
  });

  it('refuses a bare integer beyond 2^53 wherever it stands, and names it', () => {
    const place = fc.constantFrom('#', '[1,#]', '{"a":#}', '{"a":["9\\"",{"b":# }]}', '[ #\n]', '["#",#]');
    const integer = fc.bigInt({ min: 2n ** 53n + 1n, max: 2n ** 100n });
    fc.assert(
      fc.property(place, integer, fc.constantFrom('', '-'), (text, digits, sign) => {
        const number = `${sign}${digits}`;
        assert.throws(
          () => fromTexts('1', text.replaceAll('#', number)),
          (error) =>
            error instanceof InvalidField &&
            error.field === 'spec.govParamChange.changes.1.value' &&
            error.problem.includes(` ${number},`),
        );
      }),
    );
  });

  const refused: readonly (readonly [string, () => unknown, RegExp])[] = [
    [
      'a large integer that the API server wrote with an exponent',
      () => fromTexts('1e+21'),
      /holds the number 1e\+21,/,
    ],
    [
      '2^53 of a run without a resource, which may have been 2^53 + 1',
      () => changeValues(payloadOf([2 ** 53]), undefined),
      /9007199254740992/,
    ],
    ['a value without a text', () => fromTexts('1', ''), /changes\.1\.value is not JSON/],
    ['a text that is not JSON', () => fromTexts('{"a":1'), /changes\.0\.value is not JSON \(got "\{\\"a\\":1"\)/],
    ['two values in one text', () => fromTexts('1,2'), /is not JSON/],
    ['fewer texts than changes', () => changeValues(payloadOf([1, 2]), ['1']), /does not fit its JSON text/],
    ['what JSON has no text for', () => changeValues(payloadOf([undefined]), undefined), /changes\.0\.value/],
    ['no payload', () => changeValues(undefined, undefined), /spec\.govParamChange is required/],
    ['no changes', () => changeValues(payloadOf([]), undefined), /spec\.govParamChange\.changes/],
  ];
  for (const [what, call, message] of refused) {
    it(`refuses ${what}`, () =>
      assert.throws(call, (error) => error instanceof InvalidField && message.test(error.message)));
  }
});
