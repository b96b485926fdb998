import assert from 'node:assert/strict';
import { percentile } from '../../bench/percentile.ts';

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => count - index);

describe('percentile', () => {
  const cases: [values: number[], percent: number, expected: number][] = [
    [[7], 1, 7],
    [[7], 50, 7],
    [[7], 99, 7],
    [[3, 1], 50, 1],
    [[3, 1], 51, 3],
    [[30, 10, 20], 50, 20],
    [[4, 2, 1, 3], 50, 2],
    [[9, 9, 9, 100], 75, 9],
    [[10, 9, 100], 100, 100],
    [upTo(50), 50, 25],
    [upTo(50), 99, 50],
    [upTo(100), 50, 50],
    [upTo(100), 99, 99],
    [upTo(101), 99, 100],
    [upTo(1000), 99, 990],
    [[], 50, Number.NaN],
  ];
  for (const [values, percent, expected] of cases) {
    const shown = values.length > 5 ? `${values.length} values` : JSON.stringify(values);
    it(`p${percent} of ${shown} is ${expected}`, () => assert.equal(percentile(values, percent), expected));
  }

  it('leaves the values in their order', () => {
    const values = [3, 1, 2];
    percentile(values, 50);
    assert.deepEqual(values, [3, 1, 2]);
  });
});
