import assert from 'node:assert/strict';
import { backoffDelay } from '../../lib/backoff-delay.ts';

describe('backoffDelay', () => {
  it('starts at 0.8 s, doubles and ends at 30 s', () => {
    assert.deepEqual(
      [1, 2, 3, 6, 1000].map((failures) => backoffDelay(failures, 0)),
      [800, 1600, 3200, 20_000, 20_000],
    );
    assert.deepEqual(
      [1, 1000].map((failures) => backoffDelay(failures, 1)),
      [1200, 30_000],
    );
  });
});
