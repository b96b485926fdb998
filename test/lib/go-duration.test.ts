import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { formatDuration, parseGoDuration } from '../../lib/go-duration.ts';

describe('parseGoDuration', () => {
  // The cases of Go's own time_test.go, in milliseconds.
  const accepted: readonly (readonly [string, number])[] = [
    ['0', 0],
    ['+0', 0],
    ['-0', 0],
    ['5s', 5_000],
    ['30s', 30_000],
    ['1478s', 1_478_000],
    ['-5s', -5_000],
    ['+5s', 5_000],
    ['5.0s', 5_000],
    ['5.6s', 5_600],
    ['5.s', 5_000],
    ['.5s', 500],
    ['1.004s', 1_004],
    ['100.00100s', 100_001],
    ['10ns', 0.00001],
    ['11us', 0.011],
    ['12µs', 0.012],
    ['12μs', 0.012],
    ['13ms', 13],
    ['14s', 14_000],
    ['15m', 900_000],
    ['16h', 57_600_000],
    ['3h30m', 12_600_000],
    ['10.5s4m', 250_500],
    ['-2m3.4s', -123_400],
    ['1h2m3s4ms5us6ns', 3_723_004.005006],
    ['39h9m14.425s', 140_954_425],
    ['0.3333333333333333333h', 1_200_000],
    ['2562047h47m16.854775807s', 9_223_372_036_854.775],
  ];
  for (const [text, milliseconds] of accepted) {
    it(`reads ${text}`, () => {
      const read = parseGoDuration(text) ?? Number.NaN;
      assert.ok(Math.abs(read - milliseconds) <= 1e-12 * Math.abs(milliseconds), `${read}`);
    });
  }

  const refused = [
    '',
    '3',
    '-',
    's',
    '.',
    '-.',
    '.s',
    '+.s',
    '5',
    '1d',
    '1h-5m',
    '1 s',
    ' 1s',
    '1s ',
    '1s\n',
    '1e3s',
    '١s',
    '5S',
    'Infinityh',
  ];
  for (const text of refused) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.equal(parseGoDuration(text), undefined));
  }

  it('refuses what an int64 of nanoseconds cannot hold', () => {
    for (const text of ['3000000h', '9223372036854775810us', `${'9'.repeat(400)}s`])
      assert.equal(parseGoDuration(text), undefined);
  });

  it('reads what it writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e9 }), (seconds) => {
        assert.equal(parseGoDuration(formatDuration(seconds * 1000)), seconds * 1000);
      }),
    );
  });

  it('adds up components in any order', () => {
    const units: readonly (readonly [string, number])[] = [
      ['ms', 1],
      ['s', 1e3],
      ['m', 60e3],
      ['h', 3600e3],
    ];
    const component = fc.tuple(fc.integer({ min: 0, max: 10_000 }), fc.constantFrom(...units));
    fc.assert(
      fc.property(fc.array(component, { minLength: 1, maxLength: 6 }), (components) => {
        const text = components.map(([amount, [unit]]) => `${amount}${unit}`).join('');
        const sum = components.reduce((total, [amount, [, factor]]) => total + amount * factor, 0);
        assert.equal(parseGoDuration(text), sum);
      }),
    );
  });

  it('accepts any text without throwing', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('0', '1', '9', '.', '+', '-', 'n', 'u', 'µ', 'm', 's', 'h', ' ', 'e') }),
        (text) => {
          assert.ok(Number.isFinite(parseGoDuration(text) ?? 0));
        },
      ),
    );
  });

  // A pattern that backtracks needs minutes for this, and the workflow that parses it would never get on.
  it('refuses a megabyte of digits at once', () => {
    assert.equal(parseGoDuration('1'.repeat(1_000_000)), undefined);
  });
});

describe('formatDuration', () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, '0s'],
    [-5_000, '0s'],
    [400, '0s'],
    [600, '1s'],
    [45_000, '45s'],
    [60_000, '1m0s'],
    [72_000, '1m12s'],
    [600_000, '10m0s'],
    [3_599_999, '1h0m0s'],
    [7_500_000, '2h5m0s'],
    [360_000_000, '100h0m0s'],
  ];
  for (const [milliseconds, text] of cases)
    it(`writes ${milliseconds} ms as ${text}`, () => assert.equal(formatDuration(milliseconds), text));
});
