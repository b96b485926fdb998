import assert from 'node:assert/strict';
import type { SidecarVersion } from '../../simulator/task-context.ts';
import type { TransactionBehaviour } from '../../simulator/transaction-behaviour.ts';
import { assertComplete, assertConfirmed, assertFailed } from '../support/assert-verdict.ts';
import { requestsOf } from '../support/requests-of.ts';
import { TestEnvironment } from '../support/test-environment.ts';
import { createTaskOfKind } from './create-task-of-kind.ts';

const HASH = 'C0FFEE00'.repeat(8);
const NO_RESULT =
  /completed, with no result\. This does not say whether the transaction is on chain\. Look it up there/;

interface Result {
  readonly promise: string;
  readonly transactions: TransactionBehaviour;
  readonly sidecarVersion?: SidecarVersion;
  readonly reason: 'Confirmed' | 'TaskComplete' | 'TaskFailed';
  readonly message: RegExp;
  /** Of `govSoftwareUpgrade`. Unset: none. */
  readonly outputs?: object;
}

/** Each is sent once and never again. */
const results: Readonly<Record<string, Result>> = {
  'no-result': {
    promise: 'completed without a result is TaskComplete, and claims nothing about the chain',
    transactions: { result: undefined },
    reason: 'TaskComplete',
    message: NO_RESULT,
  },
  'null-result': {
    promise: 'completed with null for a result is TaskComplete, and claims nothing about the chain',
    transactions: { result: null },
    reason: 'TaskComplete',
    message: NO_RESULT,
  },
  'text-result': {
    promise: 'completed with a result that is text is TaskComplete, and quotes it',
    transactions: { result: 'confirmed, I think' },
    reason: 'TaskComplete',
    message: /a result that cannot be read: "confirmed, I think"\./,
  },
  'unknown-status': {
    promise: 'completed with an inclusion status that nobody knows is TaskComplete, and quotes it',
    transactions: { result: { txHash: HASH, inclusionStatus: 'committed_maybe' } },
    reason: 'TaskComplete',
    message: /a result that cannot be read: \{"txHash":"(C0FFEE00){8}","inclusionStatus":"committed_maybe"\}/,
    outputs: { txHash: HASH },
  },
  'long-result': {
    promise: 'completed with a huge result is TaskComplete, and quotes its beginning on one line',
    transactions: { result: { log: `first\nsecond${'x'.repeat(100_000)}` } },
    reason: 'TaskComplete',
    message: /^.{1,200}cannot be read: \{"log":"first\\nsecondx{200,290}….{1,150}$/,
  },
  'failed-no-result': {
    promise: 'failed without a result is TaskFailed, quoted',
    transactions: { outcome: 'committed_failed', result: undefined },
    reason: 'TaskFailed',
    message:
      /reported failure: tx [0-9A-F]{64} committed but failed: code=5.*This does not say whether the transaction is on chain\. Look it up there before you create a new task\.$/,
  },
  'failed-unreadable': {
    promise: 'failed with a result that cannot be read is TaskFailed, and quotes its beginning',
    transactions: { outcome: 'committed_failed', result: [7, 'x'.repeat(100_000)] },
    reason: 'TaskFailed',
    message:
      /reported failure: tx [0-9A-F]{64} committed but failed.*It left a result that cannot be read: \[7,"x{200,300}…\. .*does not say whether/,
  },
  'pending-unreadable': {
    promise: 'pending that cannot be read is TaskFailed and not sent again: nobody knows what it would do',
    transactions: { outcome: 'pending', result: { inclusion: 'pending' } },
    reason: 'TaskFailed',
    message:
      /inclusion undetermined; re-check pending.*It left a result that cannot be read: \{"inclusion":"pending"\}\. .*does not say whether/,
  },
  'no-hash': {
    promise: 'outputs are left out when the result names no transaction',
    transactions: { result: { height: 7, proposalId: 8, inclusionStatus: 'committed_ok' } },
    reason: 'Confirmed',
    message: /^The transaction at height 7, submitted by \S.*, is on chain\.$/,
  },
  'odd-numbers': {
    promise: 'numbers that are none are left out of the outputs, and those that are text are read',
    transactions: {
      result: { txHash: HASH, height: '1234', proposalId: 'seven', code: {}, inclusionStatus: 'committed_ok' },
    },
    reason: 'Confirmed',
    message: /^Transaction (C0FFEE00){8} at height 1234, submitted by \S.*, is on chain\.$/,
    outputs: { txHash: HASH, height: 1234 },
  },
  'hash-only': {
    promise: 'a transaction without height and proposal id is Complete with its hash',
    transactions: { result: { txHash: HASH, inclusionStatus: 'committed_ok' } },
    reason: 'Confirmed',
    message: /^Transaction (C0FFEE00){8}, submitted by \S.*, is on chain\.$/,
    outputs: { txHash: HASH },
  },
  'old-completed': {
    promise: 'completed on v0.0.56, which has no results, is TaskComplete, and claims nothing about the chain',
    transactions: {},
    sidecarVersion: 'v0.0.56',
    reason: 'TaskComplete',
    message: NO_RESULT,
  },
  'old-failed': {
    promise: 'a transaction that failed on chain is TaskComplete on v0.0.56, which does not say so',
    transactions: { outcome: 'committed_failed' },
    sidecarVersion: 'v0.0.56',
    reason: 'TaskComplete',
    message: NO_RESULT,
  },
  'old-pending': {
    promise: 'a transaction that nobody saw on chain is TaskComplete on v0.0.56, and not sent again',
    transactions: { outcome: 'pending' },
    sidecarVersion: 'v0.0.56',
    reason: 'TaskComplete',
    message: NO_RESULT,
  },
};

describe('the result of a governance task', () => {
  let environment: TestEnvironment;

  before(async () => {
    environment = await TestEnvironment.create();
    await environment.startService();
  });

  after(() => environment.stop());

  for (const [name, { promise, transactions, sidecarVersion = 'newer', reason, message, outputs }] of Object.entries(
    results,
  )) {
    it(`contract §1.5: ${promise}`, async () => {
      const node = await environment.addNode(name, { sidecarVersion, transactions });
      await createTaskOfKind(environment, name, { kind: 'GovSoftwareUpgrade' });
      const task = await environment.finished(name);
      if (reason === 'TaskComplete') assertComplete(task, message);
      else if (reason === 'Confirmed') assertConfirmed(task, message);
      else assertFailed(task, reason, message);
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
    assertFailed(task, 'TaskTerminalError', /refused the task: unknown task type: gov-vote/);
    assert.equal(task.status?.outputs, undefined);
    assert.deepEqual(node.broadcasts, []);
  });
});
