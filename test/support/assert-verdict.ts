import assert from 'node:assert/strict';
import { nodeText } from '../../api/node-reference.ts';
import type { FailureReason, MessageName } from '../../api/reasons.ts';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import { messagePattern, type MessageValues } from './message-pattern.ts';
import { conditionOf } from './test-environment.ts';

/**
 * The resource is Complete, and no condition says otherwise; its message is this one of the catalogue, if one is given,
 * with these values. Each of these also holds `Finished` to the same reason and message, and `{node}` to the task's own.
 */
export function assertComplete<Case extends MessageName<'TaskComplete'>>(
  task: SeiNodeTask,
  message?: Case,
  values?: MessageValues<'TaskComplete', Case>,
): void {
  assertVerdict(task, { phase: 'Complete', condition: 'Ready', reason: 'TaskComplete' });
  assert.equal(conditionOf(task, 'Failed'), undefined);
  if (message === undefined) return;
  assertMessage(task, 'Ready', messagePattern('TaskComplete', message, withNode(task, values)));
}

/** The resource is Complete since its transaction is on chain, with these values in the condition's message. */
export function assertConfirmed(task: SeiNodeTask, values?: MessageValues<'Confirmed', 'onChain'>): void {
  assertVerdict(task, { phase: 'Complete', condition: 'Ready', reason: 'Confirmed' });
  assert.equal(conditionOf(task, 'Failed'), undefined);
  assertMessage(task, 'Ready', messagePattern('Confirmed', 'onChain', withNode(task, values)));
}

/** The resource is Failed with this reason, and this message of the reason, if one is given, with these values. */
export function assertFailed<Name extends FailureReason, Case extends MessageName<Name>>(
  task: SeiNodeTask,
  reason: Name,
  message?: Case,
  values?: MessageValues<Name, Case>,
): void {
  assertVerdict(task, { phase: 'Failed', condition: 'Failed', reason });
  assert.equal(conditionOf(task, 'Ready'), undefined);
  if (message === undefined) return;
  assertMessage(task, 'Failed', messagePattern(reason, message, withNode(task, values)));
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

function assertMessage(task: SeiNodeTask, condition: string, pattern: RegExp): void {
  assert.match(conditionOf(task, condition)?.message ?? '', pattern);
}

/** The values of a message together with what messages call the task's node. */
function withNode<Values extends object>({ metadata: { namespace }, spec }: SeiNodeTask, values?: Values): Values {
  const target = spec?.['target'] as { readonly nodeRef: { readonly name: string } } | undefined;
  return { node: nodeText({ namespace, name: target?.nodeRef.name ?? '' }), ...(values ?? ({} as Values)) };
}
