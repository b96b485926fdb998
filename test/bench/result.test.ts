import assert from 'node:assert/strict';
import { resultTable } from '../../bench/result-table.ts';
import { resultOf, type Goal } from '../../bench/result.ts';

describe('a result', () => {
  const cases: [what: string, value: number, floor: number | undefined, goal: Goal, ok: boolean][] = [
    ['is ok at its limit', 100, undefined, { of: 'value', bound: 'at most', must: 100 }, true],
    ['is not ok above the most', 101, undefined, { of: 'value', bound: 'at most', must: 100 }, false],
    ['is not ok below the least', -21, undefined, { of: 'value', bound: 'at least', must: -20 }, false],
    ['is ok when its ratio is', 160, 100, { of: 'ratio', bound: 'at most', must: 1.6 }, true],
    ['is not ok when its ratio is not', 79, 100, { of: 'ratio', bound: 'at least', must: 0.8 }, false],
    [
      'is ok by what must be, not by what is aimed at',
      150,
      100,
      { of: 'ratio', bound: 'at most', must: 1.6, aim: 1.2 },
      true,
    ],
    ['is not ok without a value', Number.NaN, undefined, { of: 'value', bound: 'at most', must: 100 }, false],
    [
      'is not ok without the floor that its goal needs',
      1,
      undefined,
      { of: 'ratio', bound: 'at most', must: 2 },
      false,
    ],
  ];
  for (const [what, value, floor, goal, ok] of cases) {
    it(what, () =>
      assert.equal(
        resultOf({ metric: 'lag', unit: 'ms', value, ...(floor === undefined ? {} : { floor }), goal }).ok,
        ok,
      ),
    );
  }

  const rounded: [value: number, expected: number][] = [
    [1.2345, 1.23],
    [0.012_345, 0.0123],
    [99.96, 100],
    [123.4, 123],
    [1_234.5, 1_235],
    [-15.46, -15.5],
    [0, 0],
  ];
  for (const [value, expected] of rounded) {
    it(`of ${value} is told as ${expected}`, () =>
      assert.equal(resultOf({ metric: 'lag', unit: 'ms', value }).value, expected));
  }

  it('is held against the floor', () => {
    assert.deepEqual(resultOf({ metric: 'rate', unit: 'tasks/s', value: 4, floor: 10 }), {
      metric: 'rate',
      unit: 'tasks/s',
      value: 4,
      floor: 10,
      ratio: 0.4,
    });
  });

  it('has no ratio to a floor of 0', () => {
    assert.deepEqual(resultOf({ metric: 'heartbeats', unit: '', value: 2, floor: 0 }), {
      metric: 'heartbeats',
      unit: '',
      value: 2,
      floor: 0,
    });
  });

  it('becomes a row of a table', () => {
    const results = [
      resultOf({
        metric: 'rate',
        unit: 'tasks/s',
        value: 4,
        floor: 10,
        goal: { of: 'ratio', bound: 'at least', must: 0.8, aim: 1.1 },
      }),
      resultOf({ metric: 'memory', unit: 'MB', value: 512.4, goal: { of: 'value', bound: 'at most', must: 600 } }),
      resultOf({ metric: 'patches', unit: '', value: 4 }),
    ];
    assert.equal(
      resultTable(results),
      [
        '| metric  | ours      | floor      | ratio | must        | aim         | ok  |',
        '| ------- | --------- | ---------- | ----- | ----------- | ----------- | --- |',
        '| rate    | 4 tasks/s | 10 tasks/s | 0.4   | ratio ≥ 0.8 | ratio ≥ 1.1 | NO  |',
        '| memory  | 512 MB    |            |       | ≤ 600 MB    |             | yes |',
        '| patches | 4         |            |       |             |             |     |',
      ].join('\n'),
    );
  });
});
