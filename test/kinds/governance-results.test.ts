import assert from 'node:assert/strict';
import type { SidecarVersion } from '../../simulator/task-context.ts';
import type { TransactionBehaviour } from '../../simulator/transaction-behaviour.ts';
import { assertConfirmed, assertFailed } from '../support/assert-verdict.ts';
import { requestsOf } from '../support/requests-of.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { createTaskOfKind } from './create-task-of-kind.ts';

const HASH = 'C0FFEE00'.repeat(8);

interface Result {
  readonly promise: string;
  readonly transactions: TransactionBehaviour;
  readonly sidecarVersion?: SidecarVersion;
  readonly completes: boolean;
  readonly message: RegExp;
  /** Of `govSoftwareUpgrade`. Absent = none. */
  readonly outputs?: object;
}

/** Each is sent once and never again. */
const results: Readonly<Record<string, Result>> = {
  'no-result': {
    promise: 'completed without a result is Complete, and says so',
    transactions: { result: undefined },
    completes: true,
    message: /completed, with no result\. Look the transaction up on chain/,
  },
  'null-result': {
    promise: 'completed with null for a result is Complete, and says so',
    transactions: { result: null },
    completes: true,
    message: /completed, with no result\./,
  },
  'text-result': {
    promise: 'completed with a result that is text is Complete, and quotes it',
    transactions: { result: 'confirmed, I think' },
    completes: true,
    message: /a result that cannot be read: "confirmed, I think"\./,
  },
  'unknown-status': {
    promise: 'completed with an inclusion status that nobody knows is Complete, and quotes it',
    transactions: { result: { txHash: HASH, inclusionStatus: 'committed_maybe' } },
    completes: true,
    message: /a result that cannot be read: \{"txHash":"(C0FFEE00){8}","inclusionStatus":"committed_maybe"\}/,
    outputs: { txHash: HASH },
  },
  'long-result': {
    promise: 'completed with a huge result is Complete, and quotes its beginning on one line',
    transactions: { result: { log: `first\nsecond${'x'.repeat(100_000)}` } },
    completes: true,
    message: /^.{1,200}cannot be read: \{"log":"first\\nsecondx{200,290}….{1,100}$/,
  },
  'failed-no-result': {
    promise: "failed without a result is TaskFailed in the sidecar's words",
    transactions: { outcome: 'committed_failed', result: undefined },
    completes: false,
    message: /reported failure: tx [0-9A-F]{64} committed but failed: code=5.*look at the node before you create a new task\.$/,
  },
  'failed-unreadable': {
    promise: 'failed with a result that cannot be read is TaskFailed, and quotes its beginning',
    transactions: { outcome: 'committed_failed', result: [7, 'x'.repeat(100_000)] },
    completes: false,
    message: /reported failure: tx [0-9A-F]{64} committed but failed.*It left a result that cannot be read: \[7,"x{200,300}…\.$/,
  },
  'pending-unreadable': {
    promise: 'pending that cannot be read is TaskFailed and not sent again: nobody knows what it would do',
    transactions: { outcome: 'pending', result: { inclusion: 'pending' } },
    completes: false,
    message: /inclusion undetermined; re-check pending.*It left a result that cannot be read: \{"inclusion":"pending"\}\.$/,
  },
  'no-hash': {
    promise: 'outputs are left out when the result names no transaction',
    transactions: { result: { height: 7, proposalId: 8, inclusionStatus: 'committed_ok' } },
    completes: true,
    message: /^The proposal is on chain\.$/,
  },
  'odd-numbers': {
    promise: 'numbers that are none are left out of the outputs, and those that are text are read',
    transactions: { result: { txHash: HASH, height: '1234', proposalId: 'seven', code: {}, inclusionStatus: 'committed_ok' } },
    completes: true,
    message: /^The proposal is on chain\.$/,
    outputs: { txHash: HASH, height: 1234 },
  },
  'hash-only': {
    promise: 'a transaction without height and proposal id is Complete with its hash',
    transactions: { result: { txHash: HASH, inclusionStatus: 'committed_ok' } },
    completes: true,
    message: /^The proposal is on chain\.$/,
    outputs: { txHash: HASH },
  },
  'old-completed': {
    promise: 'completed on v0.0.56, which has no results, is Complete, and says so',
    transactions: {},
    sidecarVersion: 'v0.0.56',
    completes: true,
    message: /completed, with no result\. Look the transaction up on chain/,
  },
  'old-failed': {
    promise: 'a transaction that failed on chain is Complete on v0.0.56, which does not say so',
    transactions: { outcome: 'committed_failed' },
    sidecarVersion: 'v0.0.56',
    completes: true,
    message: /completed, with no result\. Look the transaction up on chain/,
  },
  'old-pending': {
    promise: 'a transaction that nobody saw on chain is Complete on v0.0.56, and not sent again',
    transactions: { outcome: 'pending' },
    sidecarVersion: 'v0.0.56',
    completes: true,
    message: /completed, with no result\. Look the transaction up on chain/,
  },
};

describe('the result of a governance task', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
  });

  after(() => environment.stop());

  for (const [name, { promise, transactions, sidecarVersion = 'newer', completes, message, outputs }] of Object.entries(results)) {
    it(`contract §1.5: ${promise}`, async () => {
      const node = await environment.addNode(name, { sidecarVersion, transactions });
      await createTaskOfKind(environment, name, { kind: 'GovSoftwareUpgrade' });
      const task = await environment.finished(name);
      if (completes) assertConfirmed(task, message);
      else assertFailed(task, 'TaskFailed', message);
      assert.deepEqual(task.status?.outputs, outputs && { govSoftwareUpgrade: outputs });
      assert.equal(requestsOf(node, 'POST').length, 1);
      assert.equal(node.broadcasts.length, 1);
    });
  }

  it('contract §1.5: a sidecar that does not know the type is TaskTerminalError in its words, without outputs', async () => {
    const node = await environment.addNode('refused', { sidecarVersion: 'newer' });
    node.setFaults({ answerStatus: { method: 'POST', status: 400, error: 'unknown task type: gov-vote' } });
    await createTaskOfKind(environment, 'refused', { kind: 'GovVote' });
    const task = await environment.finished('refused');
    assertFailed(task, 'TaskTerminalError', /refused the task: unknown task type: gov-vote/);
    assert.equal(task.status?.outputs, undefined);
    assert.deepEqual(node.broadcasts, []);
  });
});
