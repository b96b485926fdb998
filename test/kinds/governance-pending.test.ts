import assert from 'node:assert/strict';
import { CancelledFailure } from '@temporalio/common';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import type { SimulatedNode } from '../../simulator/simulated-node.ts';
import { assertConfirmed, assertFailed } from '../support/assert-verdict.ts';
import { eventually } from '../support/eventually.ts';
import { expectedTaskId } from '../support/expected-task-id.ts';
import { messagePattern } from '../support/message-pattern.ts';
import { polledAgain } from '../support/polled-again.ts';
import { requestsOf } from '../support/requests-of.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { workflowFailure } from '../support/workflow-failure.ts';
import { createTaskOfKind } from './create-task-of-kind.ts';

const kinds = {
  GovVote: 'govVote',
  GovSoftwareUpgrade: 'govSoftwareUpgrade',
  GovParamChange: 'govParamChange',
} as const;

/** Longer than the test: it is ended from outside. */
const HELD = { inclusionDelayMs: 600_000 };

function posts(node: SimulatedNode) {
  return requestsOf(node, 'POST').map(({ body }) => JSON.parse(body));
}

/** The hash that the sidecar reports, and no second transaction. */
function hashOfTheOnly(node: SimulatedNode): string {
  assert.equal(node.broadcasts.length, 1);
  const { result } = node.tasks[0] ?? {};
  const { txHash } = (result ?? {}) as { txHash?: string };
  return txHash ?? assert.fail(`no hash in ${JSON.stringify(node.tasks)}`);
}

describe('a governance task whose transaction is pending', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
  });

  after(() => environment.stop());

  for (const kind of Object.keys(kinds) as (keyof typeof kinds)[]) {
    it(`contract §1.5: ${kind}: pending is submitted again under the same id until it is in a block, and sent to the chain once`, async () => {
      const name = `again-${kind.toLowerCase()}`;
      const node = await environment.addNode(name, { sidecarVersion: 'newer', transactions: { pendingRuns: 2 } });
      await createTaskOfKind(environment, name, { kind });
      const task = await environment.finished(name);
      assertConfirmed(task);
      const [first, ...more] = posts(node);
      assert.equal(first.id, expectedTaskId(task.metadata.uid, kind));
      assert.deepEqual(more, [first, first]);
      assert.equal(node.tasks[0]?.run, 3);
      const { txHash, height } = task.status?.outputs?.[kinds[kind]] ?? {};
      assert.equal(txHash, hashOfTheOnly(node));
      assert.ok(Number(height) > 0);
    });
  }

  it('contract §1.5: pending that ends in a failed transaction is TxFailed, and is not sent to the chain again', async () => {
    const transactions = { pendingRuns: 1, outcome: 'committed_failed' } as const;
    const node = await environment.addNode('then-failed', { sidecarVersion: 'newer', transactions });
    await createTaskOfKind(environment, 'then-failed', { kind: 'GovVote' });
    const task = await environment.finished('then-failed');
    assertFailed(task, 'TxFailed', 'failed', { code: /\b5\b/ });
    assert.equal(posts(node).length, 2);
    assert.equal(task.status?.outputs?.govVote?.txHash, hashOfTheOnly(node));
  });

  it('contract §1.5: pending at the timeout is InclusionUndetermined, with the hash', async () => {
    const node = await environment.addNode('undetermined', {
      sidecarVersion: 'newer',
      transactions: { outcome: 'pending' },
    });
    await createTaskOfKind(environment, 'undetermined', { kind: 'GovSoftwareUpgrade', timeoutSeconds: 3 });
    const task = await environment.finished('undetermined');
    assertFailed(task, 'InclusionUndetermined', 'pending', { time: /\b3s/ });
    const txHash = hashOfTheOnly(node);
    assert.deepEqual(task.status?.outputs, { govSoftwareUpgrade: { txHash } });
    assert.ok(task.status?.message?.includes(txHash), task.status?.message);
    assert.ok(posts(node).length > 1);
    assert.equal(new Set(posts(node).map(({ id }) => id)).size, 1);
  });

  it('contract §1.5: pending that the sidecar looks up at the timeout is InclusionUndetermined, with the hash', async () => {
    const node = await environment.addNode('looked-for', {
      sidecarVersion: 'newer',
      transactions: { outcome: 'pending' },
    });
    await createTaskOfKind(environment, 'looked-for', { kind: 'GovVote', timeoutSeconds: 5 });
    await eventually('it was pending', () => node.tasks[0]?.status === 'failed');
    const txHash = hashOfTheOnly(node);
    node.setTransactions({ outcome: 'pending', ...HELD });
    const task = await environment.finished('looked-for');
    assertFailed(task, 'InclusionUndetermined');
    assert.equal(node.tasks[0]?.status, 'running');
    assert.deepEqual(task.status?.outputs, { govVote: { txHash } });
    assert.equal(node.broadcasts.length, 1);
  });

  it('contract §1.5: pending without a timeout continues, and a crash of the sidecar in between sends no second transaction', async () => {
    const node = await environment.addNode('crashing', {
      sidecarVersion: 'newer',
      transactions: { outcome: 'pending' },
    });
    await createTaskOfKind(environment, 'crashing', { kind: 'GovParamChange' });
    await eventually('it is sent again', () => posts(node).length > 1);
    node.crashSidecar();
    node.startSidecar();
    const before = posts(node).length;
    await eventually('it is sent once more', () => posts(node).length > before);
    node.setTransactions({});
    assertConfirmed(await environment.finished('crashing'));
    assert.equal(node.broadcasts.length, 1);
  });

  it('contract §1.8: when deleted, is watched to its end while the sidecar works on it, and says how it ended', async () => {
    const node = await environment.addNode('in-flight', { sidecarVersion: 'newer', transactions: HELD });
    const task = await createTaskOfKind(environment, 'in-flight', { kind: 'GovSoftwareUpgrade' });
    await eventually('it is sent to the chain', () => node.broadcasts.length === 1);
    await environment.tasks.delete(environment.namespace, 'in-flight');
    await cancelRequested(task);
    await polledAgain(node);
    node.setTransactions({});
    assert.ok((await workflowFailure(environment.workflowOf(task))) instanceof CancelledFailure);
    const { message } = await environment.workflowOf(task).query<{ message: string }>('status');
    assert.match(
      message,
      messagePattern('Cancelled', 'tooLateAndDone', {
        reached: 'accepted',
        result: messagePattern('Confirmed', 'onChain'),
      }),
    );
    assert.equal(node.tasks[0]?.status, 'completed');
    assert.equal(posts(node).length, 1);
    assert.deepEqual(requestsOf(node, 'DELETE'), []);
  });

  it('contract §1.8: when cancelled, is not submitted again, and says that the transaction may still be included', async () => {
    const node = await environment.addNode('cancelled', { sidecarVersion: 'newer', transactions: HELD });
    const created = await createTaskOfKind(environment, 'cancelled', { kind: 'GovVote' });
    await eventually('it is sent to the chain', () => node.broadcasts.length === 1);
    const annotations = { 'sei.io/cancel': 'wrong proposal' };
    await environment.tasks.patch(
      { namespace: environment.namespace, name: 'cancelled' },
      { metadata: { annotations } },
    );
    await cancelRequested(created);
    await polledAgain(node);
    node.setTransactions({ outcome: 'pending' });
    const task = await environment.finished('cancelled');
    assertFailed(task, 'Cancelled', 'tooLate', {
      reached: 'accepted',
      result: messagePattern('InclusionUndetermined', 'pending'),
      why: 'wrong proposal.',
    });
    assert.deepEqual(task.status?.outputs, { govVote: { txHash: hashOfTheOnly(node) } });
    assert.ok((await workflowFailure(environment.workflowOf(task))) instanceof CancelledFailure);
    assert.equal(posts(node).length, 1);
  });

  async function cancelRequested(task: SeiNodeTask): Promise<void> {
    await eventually('the cancellation has arrived', async () => {
      const { events } = await environment.workflowOf(task).fetchHistory();
      return events?.some((event) => event.workflowExecutionCancelRequestedEventAttributes);
    });
  }
});
