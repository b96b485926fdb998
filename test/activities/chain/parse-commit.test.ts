import assert from 'node:assert/strict';
import { parseCommit } from '../../../activities/chain/parse-commit.ts';
import { addressNumber, blockHash, CHAIN, commitAnswer, signatureOf } from './rpc-answers.ts';

const expected = { chainId: CHAIN, height: 99 };
const [one, other] = [addressNumber(1), addressNumber(2)];
const whole = commitAnswer({ signed: [one, other], timeMs: 5_000 });

function withCommit(change: object, canonical: unknown = true): object {
  const { header, commit } = whole.signed_header;
  return { canonical, signed_header: { header, commit: { ...commit, ...change } } };
}

function withHeader(change: object): object {
  const { header, commit } = whole.signed_header;
  return { canonical: true, signed_header: { header: { ...header, ...change }, commit } };
}

describe('a commit', () => {
  it('has those who signed the block, and nobody who is absent', () => {
    assert.deepEqual(parseCommit(whole, expected), {
      height: 99,
      timeMs: 5_000,
      hash: blockHash(99),
      signed: [one, other],
    });
  });

  for (const [what, absent] of Object.entries({
    'a flag of 1 without address and signature': { block_id_flag: 1, validator_address: '', signature: null },
    'a flag of 1 and an empty signature': { block_id_flag: 1, validator_address: '', signature: '' },
    'a flag of 3, for no block': signatureOf(addressNumber(3), 3),
    null: null,
    'an empty string': '',
  })) {
    it(`takes ${what} for a signature that is absent`, () => {
      const read = parseCommit(withCommit({ signatures: [signatureOf(one), absent] }), expected);
      assert.deepEqual(read?.signed, [one]);
    });
  }

  it('may have no hash, as on a chain with another consensus', () => {
    for (const change of [
      { block_id: { hash: '' }, signatures: null },
      { block_id: { hash: null }, signatures: [] },
    ]) {
      const read = parseCommit(withCommit(change), expected);
      assert.deepEqual([read?.hash, read?.signed], ['', []]);
    }
  });

  it('may have no time', () => {
    const read = parseCommit(withHeader({ time: 'now' }), expected);
    assert.deepEqual([read?.height, read?.timeMs], [99, undefined]);
  });

  for (const [what, odd] of Object.entries({
    'that is not canonical, as that of the tip': commitAnswer({ canonical: false }),
    'without canonical': { signed_header: whole.signed_header },
    'with canonical as a word': withCommit({}, 'true'),
    'of another height': commitAnswer({ height: 98 }),
    'of another height than its header': withCommit({ height: '98' }),
    'of another chain': commitAnswer({ chainId: 'pacific-1' }),
    'without signatures, and with a hash': withCommit({ signatures: null }),
    'with an empty list of signatures, and a hash': withCommit({ signatures: [] }),
    'that nobody signed': withCommit({ signatures: [null, null] }),
    'with signatures that are not a list': withCommit({ signatures: { 0: signatureOf(one) } }),
    'that one signed twice': withCommit({ signatures: [signatureOf(one), signatureOf(one.toLowerCase())] }),
    'with a flag of 2 and no signature': withCommit({ signatures: [{ ...signatureOf(one), signature: null }] }),
    'with a flag of 2 and no address': withCommit({ signatures: [signatureOf('')] }),
    'with an unknown flag': withCommit({ signatures: [signatureOf(one, 4)] }),
    'with a flag as a word': withCommit({
      signatures: [{ ...signatureOf(one), block_id_flag: 'BLOCK_ID_FLAG_COMMIT' }],
    }),
    'with a flag as a string': withCommit({ signatures: [{ ...signatureOf(one), block_id_flag: '2' }] }),
    'with a hash that is not hexadecimal': withCommit({ block_id: { hash: 'rUtk4Jtc9sReXAO6mi5BZ10n7HXbFRS9' } }),
    'without a block id': withCommit({ block_id: null }),
    'that is null': { canonical: true, signed_header: { header: whole.signed_header.header, commit: null } },
  })) {
    it(`${what} is unset`, () => assert.equal(parseCommit(odd, expected), undefined));
  }
});
