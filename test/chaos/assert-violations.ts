import assert from 'node:assert/strict';
import type { Invariant } from '../../chaos/invariants/violation.ts';
import type { Observations } from '../../chaos/observations.ts';

/** Asserts that an invariant finds exactly these things in a run. */
export function assertViolations(invariant: Invariant, run: Observations, ...expected: readonly RegExp[]): void {
  const found = invariant(run).map(({ text }) => text);
  assert.equal(found.length, expected.length, `found: ${JSON.stringify(found)}`);
  for (const [index, pattern] of expected.entries()) assert.match(found[index] ?? '', pattern);
}
