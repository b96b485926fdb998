import assert from 'node:assert/strict';
import { resultTable } from '../../bench/result-table.ts';
import { resultOf } from '../../bench/result.ts';

describe('a result', () => {
  const cases: [what: string, values: number[], must: { p50: number; p99?: number }, ok: boolean][] = [
    ['is ok at its limits', [100, 200], { p50: 100, p99: 200 }, true],
    ['is not ok above its p50', [100.1, 200], { p50: 100, p99: 200 }, false],
    ['is not ok above its p99', [100, 200.1], { p50: 100, p99: 200 }, false],
    ['is ok whatever the p99, where nothing is said of it', [100, 9_000], { p50: 100 }, true],
    ['is not ok without a value', [], { p50: 100 }, false],
  ];
  for (const [what, values, must, ok] of cases) {
    it(what, () => assert.equal(resultOf('lag', values, must).ok, ok));
  }

  it('has tenths of milliseconds', () => {
    assert.deepEqual(resultOf('lag', [1.26, 2.04], { p50: 2 }), { metric: 'lag', unit: 'ms', p50: 1.3, p99: 2, must: { p50: 2 }, ok: true });
  });

  it('becomes a row of a table', () => {
    const results = [resultOf('lag', [1.26], { p50: 2, p99: 3 }), resultOf('longer lag', [12], { p50: 2 })];
    assert.equal(
      resultTable(results),
      [
        '| metric     | p50    | p99    | must                   | ok  |',
        '| ---------- | ------ | ------ | ---------------------- | --- |',
        '| lag        | 1.3 ms | 1.3 ms | p50 ≤ 2 ms, p99 ≤ 3 ms | yes |',
        '| longer lag | 12 ms  | 12 ms  | p50 ≤ 2 ms             | NO  |',
      ].join('\n'),
    );
  });
});
