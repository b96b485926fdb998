import assert from 'node:assert/strict';
import { InvalidField } from '../../core/invalid-field.ts';
import { maxUnavailableOf } from '../../core/runbook/max-unavailable.ts';

describe('spec.strategy.maxUnavailable', () => {
  const counts: readonly (readonly [value: unknown, total: number, count: number])[] = [
    [1, 1, 1],
    [1, 3, 1],
    [2, 3, 2],
    ['1%', 3, 1],
    ['33%', 3, 1],
    ['34%', 3, 1],
    ['67%', 3, 2],
    ['25%', 12, 3],
    ['100%', 1, 1],
    [5, 1, 5],
  ];
  for (const [value, total, count] of counts) {
    it(`${JSON.stringify(value)} of ${total} nodes is ${count}`, () => {
      assert.equal(maxUnavailableOf(value, total), count);
    });
  }

  const refused: readonly (readonly [value: unknown, total: number])[] = [
    [0, 3],
    [-1, 3],
    [1.5, 3],
    ['0%', 3],
    ['101%', 3],
    ['200%', 3],
    ['1', 3],
    ['all', 3],
    [undefined, 3],
    [null, 3],
    ['100%', 3],
    [3, 3],
    [4, 3],
  ];
  for (const [value, total] of refused) {
    it(`${JSON.stringify(value)} of ${total} nodes is refused, with field and value`, () => {
      assert.throws(
        () => maxUnavailableOf(value, total),
        (error) =>
          error instanceof InvalidField &&
          error.field === 'spec.strategy.maxUnavailable' &&
          error.problem.includes(JSON.stringify(value) ?? 'undefined'),
      );
    });
  }
});
