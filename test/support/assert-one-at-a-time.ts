import assert from 'node:assert/strict';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';

/** Of all that changes the node, no task was handed over before the one before it had ended. A wait changes nothing. */
export function assertOneAtATime(node: SimulatedNode): void {
  const spans = node.tasks
    .filter(({ type }) => type !== 'await-condition')
    .map(({ id, submittedAt, completedAt = '9999' }) => ({ id, from: submittedAt, to: completedAt }))
    .toSorted((a, b) => a.from.localeCompare(b.from));
  for (const [index, { id, from }] of spans.entries()) {
    const before = spans[index - 1];
    assert.ok(
      before === undefined || before.to <= from,
      `${id} was sent at ${from}, ${before?.id} ended at ${before?.to}`,
    );
  }
}
