import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { transactionOf } from '../../api/sidecar/transaction.ts';

const statuses = ['committed_ok', 'committed_failed', 'pending', 'unverifiable'] as const;

describe('transactionOf', () => {
  it('reads what a sidecar leaves', () => {
    const result = {
      txHash: 'AB',
      height: 7,
      code: 5,
      codespace: 'sdk',
      rawLog: 'no funds',
      inclusionStatus: 'committed_failed',
    };
    assert.deepEqual(transactionOf(result), result);
  });

  it('reads integers that Cosmos writes as text, and leaves out what is none', () => {
    const read = transactionOf({
      txHash: 7,
      height: '12',
      proposalId: '1e3',
      code: 1.5,
      rawLog: {},
      inclusionStatus: 'committed_ok',
    });
    const { height, ...others } = read ?? {};
    assert.equal(height, 12);
    assert.deepEqual(
      Object.entries(others).filter(([, value]) => value !== undefined),
      [['inclusionStatus', 'committed_ok']],
    );
  });

  for (const result of [undefined, null, 'committed_ok', 7, [], {}, { inclusionStatus: 'COMMITTED_OK' }]) {
    it(`is not a transaction: ${JSON.stringify(result)}`, () => assert.equal(transactionOf(result), undefined));
  }

  it('keeps the hash although nobody says what became of the transaction', () => {
    const { txHash, inclusionStatus } = transactionOf({ txHash: 'AB', inclusionStatus: 'committed_maybe' }) ?? {};
    assert.deepEqual([txHash, inclusionStatus], ['AB', undefined]);
  });

  it('is one of the four outcomes or none, for any result', () => {
    const field = fc.oneof(fc.anything(), fc.string(), fc.nat());
    const result = fc.oneof(
      fc.anything(),
      fc.record({
        inclusionStatus: fc.oneof(fc.constantFrom(...statuses), fc.string()),
        txHash: field,
        height: field,
        proposalId: field,
        code: field,
      }),
    );
    fc.assert(
      fc.property(result, (any) => {
        const read = transactionOf(any);
        if (read === undefined) return;
        assert.ok(
          read.inclusionStatus === undefined ? read.txHash !== undefined : statuses.includes(read.inclusionStatus),
        );
      }),
    );
  });
});
