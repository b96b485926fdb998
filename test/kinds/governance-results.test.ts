import assert from 'node:assert/strict';
import type { SeiNodeTask } from '../../api/sei-node-task.ts';
import type { SidecarVersion } from '../../simulator/task-context.ts';
import type { TransactionBehaviour } from '../../simulator/transaction-behaviour.ts';
import { assertComplete, assertConfirmed, assertFailed } from '../support/assert-verdict.ts';
import { requestsOf } from '../support/requests-of.ts';
import { conditionOf, TestEnvironment } from '../support/test-environment.ts';
import { createTaskOfKind } from './create-task-of-kind.ts';

const HASH = 'C0FFEE00'.repeat(8);

function assertWithoutResult(task: SeiNodeTask): void {
  assertComplete(task, 'unreadable', { result: 'no result' });
}

interface Result {
  readonly promise: string;
  readonly transactions: TransactionBehaviour;
  readonly sidecarVersion?: SidecarVersion;
  readonly assertEnd: (task: SeiNodeTask) => void;
  /** Of `govSoftwareUpgrade`. Unset: none. */
  readonly outputs?: object;
}

/** Each is sent once and never again. */
const results: Readonly<Record<string, Result>> = {
  'no-result': {
    promise: 'completed without a result is TaskComplete, and claims nothing about the chain',
    transactions: { result: undefined },
    assertEnd: assertWithoutResult,
  },
  'null-result': {
    promise: 'completed with null for a result is TaskComplete, and claims nothing about the chain',
    transactions: { result: null },
    assertEnd: assertWithoutResult,
  },
  'text-result': {
    promise: 'completed with a result that is text is TaskComplete, and quotes it',
    transactions: { result: 'confirmed, I think' },
    assertEnd: (task) => assertComplete(task, 'unreadable', { result: /"confirmed, I think"/ }),
  },
  'unknown-status': {
    promise: 'completed with an inclusion status that nobody knows is TaskComplete, and quotes it',
    transactions: { result: { txHash: HASH, inclusionStatus: 'committed_maybe' } },
    assertEnd: (task) =>
      assertComplete(task, 'unreadable', {
        result: /\{"txHash":"(C0FFEE00){8}","inclusionStatus":"committed_maybe"\}/,
      }),
    outputs: { txHash: HASH },
  },
  'long-result': {
    promise: 'completed with a huge result is TaskComplete, and quotes its beginning on one line',
    transactions: { result: { log: `first\nsecond${'x'.repeat(100_000)}` } },
    assertEnd: (task) => {
      assertComplete(task, 'unreadable', { result: /\{"log":"first\\nsecondx{200,290}…/ });
      assert.match(conditionOf(task, 'Ready')?.message ?? '', /^.{1,800}$/);
    },
  },
  'failed-no-result': {
    promise: 'failed without a result is TaskFailed, quoted',
    transactions: { outcome: 'committed_failed', result: undefined },
    assertEnd: (task) =>
      assertFailed(task, 'TaskFailed', 'unreadable', {
        quote: /^tx [0-9A-F]{64} committed but failed: code=5/,
        result: '',
      }),
  },
  'failed-unreadable': {
    promise: 'failed with a result that cannot be read is TaskFailed, and quotes its beginning',
    transactions: { outcome: 'committed_failed', result: [7, 'x'.repeat(100_000)] },
    assertEnd: (task) =>
      assertFailed(task, 'TaskFailed', 'unreadable', {
        quote: /^tx [0-9A-F]{64} committed but failed/,
        result: /\[7,"x{200,300}…/,
      }),
  },
  'pending-unreadable': {
    promise: 'pending that cannot be read is TaskFailed and not sent again: nobody knows what it would do',
    transactions: { outcome: 'pending', result: { inclusion: 'pending' } },
    assertEnd: (task) =>
      assertFailed(task, 'TaskFailed', 'unreadable', {
        quote: /inclusion undetermined; re-check pending/,
        result: /\{"inclusion":"pending"\}/,
      }),
  },
  'no-hash': {
    promise: 'outputs are left out when the result names no transaction',
    transactions: { result: { height: 7, proposalId: 8, inclusionStatus: 'committed_ok' } },
    assertEnd: (task) => assertConfirmed(task, { transaction: 'The transaction at height 7' }),
  },
  'odd-numbers': {
    promise: 'numbers that are none are left out of the outputs, and those that are text are read',
    transactions: {
      result: { txHash: HASH, height: '1234', proposalId: 'seven', code: {}, inclusionStatus: 'committed_ok' },
    },
    assertEnd: (task) => assertConfirmed(task, { transaction: `Transaction ${HASH} at height 1234` }),
    outputs: { txHash: HASH, height: 1234 },
  },
  'hash-only': {
    promise: 'a transaction without height and proposal id is Complete with its hash',
    transactions: { result: { txHash: HASH, inclusionStatus: 'committed_ok' } },
    assertEnd: (task) => assertConfirmed(task, { transaction: `Transaction ${HASH}` }),
    outputs: { txHash: HASH },
  },
  'old-completed': {
    promise: 'completed on v0.0.56, which has no results, is TaskComplete, and claims nothing about the chain',
    transactions: {},
    sidecarVersion: 'v0.0.56',
    assertEnd: assertWithoutResult,
  },
  'old-failed': {
    promise: 'a transaction that failed on chain is TaskComplete on v0.0.56, which does not say so',
    transactions: { outcome: 'committed_failed' },
    sidecarVersion: 'v0.0.56',
    assertEnd: assertWithoutResult,
  },
  'old-pending': {
    promise: 'a transaction that nobody saw on chain is TaskComplete on v0.0.56, and not sent again',
    transactions: { outcome: 'pending' },
    sidecarVersion: 'v0.0.56',
    assertEnd: assertWithoutResult,
  },
};

describe('the result of a governance task', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
  });

  after(() => environment.stop());

  for (const [name, { promise, transactions, sidecarVersion = 'newer', assertEnd, outputs }] of Object.entries(
    results,
  )) {
    it(`contract §1.5: ${promise}`, async () => {
      const node = await environment.addNode(name, { sidecarVersion, transactions });
      await createTaskOfKind(environment, name, { kind: 'GovSoftwareUpgrade' });
      const task = await environment.finished(name);
      assertEnd(task);
      assert.deepEqual(task.status?.outputs, outputs && { govSoftwareUpgrade: outputs });
      assert.equal(requestsOf(node, 'POST').length, 1);
      assert.equal(node.broadcasts.length, 1);
    });
  }

  it('contract §1.5: a sidecar that does not know the type is TaskTerminalError, quoted, without outputs', async () => {
    const node = await environment.addNode('refused', { sidecarVersion: 'newer' });
    node.setFaults({ answerStatus: { method: 'POST', status: 400, error: 'unknown task type: gov-vote' } });
    await createTaskOfKind(environment, 'refused', { kind: 'GovVote' });
    const task = await environment.finished('refused');
    assertFailed(task, 'TaskTerminalError', 'refused', { quote: /^unknown task type: gov-vote/ });
    assert.equal(task.status?.outputs, undefined);
    assert.deepEqual(node.broadcasts, []);
  });
});
