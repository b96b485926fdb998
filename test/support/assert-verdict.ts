import assert from 'node:assert/strict';
import type { FailureReason } from '../../api/reasons.ts';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import { conditionOf } from './test-environment.ts';

/**
 * The resource is Complete, no condition says otherwise, and each pattern is found in the message; each of these also
 * holds `Finished` to the same reason.
 */
export function assertComplete(task: SeiNodeTask, ...patterns: RegExp[]): void {
  assertVerdict(task, { phase: 'Complete', condition: 'Ready', reason: 'TaskComplete' });
  assert.equal(conditionOf(task, 'Failed'), undefined);
  for (const pattern of patterns) assert.match(conditionOf(task, 'Ready')?.message ?? '', pattern);
}

/** The resource is Complete since its transaction is on chain, and the pattern is found in the condition's message. */
export function assertConfirmed(task: SeiNodeTask, pattern: RegExp): void {
  assertVerdict(task, { phase: 'Complete', condition: 'Ready', reason: 'Confirmed' });
  assert.equal(conditionOf(task, 'Failed'), undefined);
  assert.match(conditionOf(task, 'Ready')?.message ?? '', pattern);
}

/** The resource is Failed with this reason, and each pattern is found in the condition's message. */
export function assertFailed(task: SeiNodeTask, reason: FailureReason, ...patterns: RegExp[]): void {
  assertVerdict(task, { phase: 'Failed', condition: 'Failed', reason });
  assert.equal(conditionOf(task, 'Ready'), undefined);
  for (const pattern of patterns) assert.match(conditionOf(task, 'Failed')?.message ?? '', pattern);
}

function assertVerdict(task: SeiNodeTask, expected: { phase: string; condition: string; reason: string }): void {
  const [condition, finished] = [conditionOf(task, expected.condition), conditionOf(task, 'Finished')];
  assert.deepEqual(
    { phase: task.status?.phase, reason: condition?.reason, status: condition?.status },
    { phase: expected.phase, reason: expected.reason, status: 'True' },
    `${task.metadata.name}: ${JSON.stringify(task.status?.conditions)}`,
  );
  assert.deepEqual(finished, { ...condition, type: 'Finished' });
}
