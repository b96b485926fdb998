import type { ChainValidator } from '../../../core/guard/chain-observation.ts';

/** Of a node that is not a validator. */
export const NO_VALIDATOR = '66687AADF862BD776C8FC18B8E9F8E2008971485';
export const CHAIN = 'arctic-1';

/** Such as 00…07. */
export function addressNumber(number: number): string {
  return number.toString(16).toUpperCase().padStart(40, '0');
}

export function blockHash(height: number): string {
  return height.toString(16).toUpperCase().padStart(64, '0');
}

interface Status {
  readonly height?: number;
  readonly network?: string;
  readonly address?: string;
  readonly catchingUp?: boolean;
  readonly blockTimeMs?: number;
}

/** As seid writes it, with much that is not read left out. */
export function statusAnswer({ height = 100, network = CHAIN, address, catchingUp = false, blockTimeMs }: Status = {}) {
  return {
    node_info: { id: '6f1b', network, version: '0.35.0', moniker: 'a node' },
    application_info: { version: '0' },
    sync_info: {
      latest_block_hash: blockHash(height),
      latest_app_hash: blockHash(1),
      latest_block_height: String(height),
      latest_block_time: new Date(blockTimeMs ?? Date.now()).toISOString().replace('Z', '123456Z'),
      earliest_block_height: '1',
      catching_up: catchingUp,
    },
    validator_info: {
      address: address ?? NO_VALIDATOR,
      pub_key: { type: 'tendermint/PubKeyEd25519', value: 'AAAA' },
      voting_power: '0',
    },
  };
}

/** `count` validators of power 10, 11, … */
export function validatorSet(count: number): ChainValidator[] {
  return Array.from({ length: count }, (_, index) => ({ address: addressNumber(index), power: String(10 + index) }));
}

interface Page {
  readonly height?: number;
  readonly page?: number;
  readonly perPage?: number;
}

export function validatorsAnswer(set: readonly ChainValidator[], { height = 100, page = 1, perPage = 100 }: Page = {}) {
  const validators = set.slice((page - 1) * perPage, page * perPage).map(({ address, power }) => ({
    address,
    pub_key: { type: 'tendermint/PubKeyEd25519', value: 'AAAA' },
    voting_power: power,
    proposer_priority: '-17',
  }));
  return { block_height: String(height), validators, count: String(validators.length), total: String(set.length) };
}

const ABSENT = { block_id_flag: 1, validator_address: '', timestamp: '0001-01-01T00:00:00Z', signature: null };

export function signatureOf(address: string, flag = 2) {
  return {
    block_id_flag: flag,
    validator_address: address,
    timestamp: '2026-11-28T10:00:00.000000001Z',
    signature: 'c2ln',
  };
}

interface Commit {
  readonly height?: number;
  readonly chainId?: string;
  readonly signed?: readonly string[];
  readonly canonical?: boolean;
  readonly timeMs?: number;
  readonly hash?: string | null;
}

/** With one absent signature at the end. */
export function commitAnswer({
  height = 99,
  chainId = CHAIN,
  signed = [addressNumber(0), addressNumber(1)],
  canonical = true,
  timeMs = Date.parse('2026-11-28T10:00:00Z'),
  hash = blockHash(height),
}: Commit = {}) {
  return {
    signed_header: {
      header: {
        version: { block: '11' },
        chain_id: chainId,
        height: String(height),
        time: new Date(timeMs).toISOString(),
      },
      commit: {
        height: String(height),
        round: 0,
        block_id: { hash, parts: { total: 1, hash: blockHash(2) } },
        signatures: [...signed.map((address) => signatureOf(address)), ABSENT],
      },
    },
    canonical,
  };
}

/** @param value - The protobuf message. Unset: there is no plan. */
export function planAnswer(value?: Uint8Array) {
  const encoded = value === undefined ? null : Buffer.from(value).toString('base64');
  return {
    response: { code: 0, log: '', info: '', index: '0', key: null, value: encoded, height: '100', codespace: '' },
  };
}

/** A message with a plan as the Cosmos SDK encodes it, with its unused time. */
export function planMessage(name: string, height: number): Uint8Array {
  const zeroTime = bytesField(2, Buffer.from('0880 92b8 c398 feff ffff 01'.replaceAll(' ', ''), 'hex'));
  const heightField = height === 0 ? [] : [3 << 3, ...varint(height)];
  const plan = [...bytesField(1, Buffer.from(name)), ...zeroTime, ...heightField, ...bytesField(4, Buffer.from('{}'))];
  return Uint8Array.from(bytesField(1, plan));
}

export function bytesField(number: number, bytes: Iterable<number>): number[] {
  const content = [...bytes];
  return [(number << 3) | 2, ...varint(content.length), ...content];
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value % 0x80) | 0x80, ...varint(Math.floor(value / 0x80))];
}
