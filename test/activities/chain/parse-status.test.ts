import assert from 'node:assert/strict';
import { parseLatestHeight, parseStatus } from '../../../activities/chain/parse-status.ts';
import { addressNumber, blockHash, CHAIN, statusAnswer } from './rpc-answers.ts';

const at = Date.parse('2026-11-28T10:00:00.250Z');
const whole = statusAnswer({ height: 77, address: addressNumber(10).toLowerCase(), blockTimeMs: at });
const { node_info: nodeInfo, sync_info: sync, validator_info: validator } = whole;

describe('a status', () => {
  it('is read with its address in upper case and its time in milliseconds', () => {
    assert.deepEqual(parseStatus(whole), {
      network: CHAIN,
      height: 77,
      catchingUp: false,
      address: addressNumber(10),
      blockTimeMs: at,
      blockHash: blockHash(77),
    });
  });

  it('may have its height as a number', () => {
    assert.equal(parseStatus({ ...whole, sync_info: { ...sync, latest_block_height: 77 } })?.height, 77);
  });

  it('keeps the time of a block of 1970 and its empty hash, which tell of another consensus', () => {
    const read = parseStatus({
      ...whole,
      sync_info: { ...sync, latest_block_time: '1970-01-01T00:00:00Z', latest_block_hash: '' },
    });
    assert.deepEqual([read?.blockTimeMs, read?.blockHash], [0, '']);
  });

  for (const [what, odd] of Object.entries({
    'no network': { ...whole, node_info: {} },
    'an empty network': { ...whole, node_info: { ...nodeInfo, network: '' } },
    'height 0': { ...whole, sync_info: { ...sync, latest_block_height: '0' } },
    'an empty height': { ...whole, sync_info: { ...sync, latest_block_height: '' } },
    'a negative height': { ...whole, sync_info: { ...sync, latest_block_height: -5 } },
    'a height with a fraction': { ...whole, sync_info: { ...sync, latest_block_height: 7.5 } },
    'a height in hexadecimal': { ...whole, sync_info: { ...sync, latest_block_height: '0x4d' } },
    'a height beyond exact numbers': { ...whole, sync_info: { ...sync, latest_block_height: 2 ** 53 } },
    'catching_up as a word': { ...whole, sync_info: { ...sync, catching_up: 'false' } },
    'no catching_up': { ...whole, sync_info: { latest_block_height: '77' } },
    'no sync_info': { node_info: nodeInfo, validator_info: validator },
    'an array': [whole],
    'a word': 'ok',
  })) {
    it(`with ${what} is unset`, () => assert.equal(parseStatus(odd), undefined));
  }

  for (const [what, address] of Object.entries({
    'of 39 digits': addressNumber(1).slice(1),
    'in bech32': 'seivalcons1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqxyz',
    empty: '',
    null: null,
    'with 0x': `0x${addressNumber(1).slice(2)}`,
  })) {
    it(`with an address that is ${what} has none`, () => {
      const read = parseStatus({ ...whole, validator_info: { ...validator, address } });
      assert.deepEqual([read?.height, read?.address], [77, undefined]);
    });
  }

  for (const time of [
    '',
    'yesterday',
    '2026-11-28',
    '2026-11-28 10:00:00Z',
    '2026-13-41T10:00:00Z',
    1_764_000_000,
    null,
  ]) {
    it(`with the block time ${JSON.stringify(time)} has none`, () => {
      const read = parseStatus({ ...whole, sync_info: { ...sync, latest_block_time: time } });
      assert.deepEqual([read?.height, read?.blockTimeMs], [77, undefined]);
    });
  }

  it('gives its height also when nothing else in it can be read', () => {
    assert.equal(parseLatestHeight({ sync_info: { latest_block_height: '77' } }), 77);
    assert.equal(parseLatestHeight({ sync_info: {} }), undefined);
  });
});
