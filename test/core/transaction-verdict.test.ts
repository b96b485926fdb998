import assert from 'node:assert/strict';
import type { Verdict } from '../../api/temporal/task-outcome.ts';
import * as fc from 'fast-check';
import type { TaskReport } from '../../api/sidecar/sidecar-task.ts';
import type { Transaction } from '../../api/sidecar/transaction.ts';
import { verdictOf } from '../../core/task-verdict.ts';
import { checkedPayloads } from '../api/payload-examples.ts';
import { codePoint } from '../support/code-point.ts';
import { node, transaction } from './ended-tasks.ts';

function verdictOn(report: TaskReport): Verdict {
  return verdictOf({
    kind: 'GovVote',
    node,
    payload: checkedPayloads.GovVote,
    knowledge: { sent: 'yes', seen: report.state },
    end: { by: 'report', report },
  });
}

function completedWith(fields: Partial<Transaction>): Verdict {
  return verdictOn({ state: 'completed', transaction: transaction({ inclusionStatus: 'committed_ok', ...fields }) });
}

describe('the outputs of a governance task', () => {
  it('are hash, height and proposal', () => {
    const outputs = { txHash: 'AB', height: 7, proposalId: 8 };
    assert.deepEqual(completedWith({ ...outputs, code: 0, rawLog: '[]' }).outputs, { govVote: outputs });
  });

  it('leave out what a transaction does not have yet', () => {
    assert.deepEqual(completedWith({ txHash: 'AB', height: 0, proposalId: -1 }).outputs, { govVote: { txHash: 'AB' } });
  });

  it('are there exactly when there is a hash, which is short and printable', () => {
    const integer = fc.option(fc.integer(), { nil: undefined });
    const hash = fc.option(fc.string({ unit: codePoint, maxLength: 500 }), { nil: undefined });
    fc.assert(
      fc.property(hash, integer, integer, (txHash, height, proposalId) => {
        const outputs = completedWith({ txHash, height, proposalId }).outputs?.govVote;
        assert.equal(outputs !== undefined, txHash !== undefined && txHash !== '');
        if (outputs === undefined) return;
        assert.ok(outputs.txHash !== undefined && outputs.txHash.length <= 128);
        assert.doesNotMatch(outputs.txHash, /\p{Cc}/u);
        for (const value of [outputs.height, outputs.proposalId]) assert.ok(value === undefined || value > 0);
      }),
    );
  });
});

describe('the verdict on a governance task', () => {
  it('claims nothing about the chain when a sidecar of v0.0.56 reports it completed', () => {
    const { phase, reason, message, outputs } = verdictOn({ state: 'completed' });
    assert.deepEqual([phase, reason, outputs], ['Complete', 'TaskComplete', undefined]);
    assert.match(message, /no result.*does not say whether the transaction is on chain/);
  });

  it('shows the result that cannot be read', () => {
    const { reason, message } = verdictOn({ state: 'completed', rawResult: '{"tx":"AB"}' });
    assert.equal(reason, 'TaskComplete');
    assert.ok(message.includes('{"tx":"AB"}'), message);
  });

  it('tells code, codespace and log of a transaction that failed on chain', () => {
    const { reason, message } = verdictOn({
      state: 'failed',
      error: 'it broke',
      transaction: transaction({
        txHash: 'AB',
        code: 5,
        codespace: 'sdk',
        rawLog: 'no funds',
        inclusionStatus: 'committed_failed',
      }),
    });
    assert.equal(reason, 'TxFailed');
    assert.match(message, /AB.*code 5 of sdk: no funds.*it broke/);
  });
});
