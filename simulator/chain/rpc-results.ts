import { createHash } from 'node:crypto';
import type { Block } from './block-log.ts';
import type { ChainNode } from './chain-node.ts';
import { encodeCurrentPlan } from './current-plan.ts';
import { RpcError } from './rpc-error.ts';
import { NO_VALIDATOR, type PublicKey } from './validator-set.ts';

const DEFAULT_PER_PAGE = 30;
const MOST_PER_PAGE = 100;
const CURRENT_PLAN = '/cosmos.upgrade.v1beta1.Query/CurrentPlan';
/** Go's zero time. */
const UNSET_TIME = '0001-01-01T00:00:00Z';

/** Parameters of a request: heights and pages as numbers. */
export type RpcParameters = Readonly<Partial<Record<string, number | string>>>;

/** `/status`, without what nobody reads. */
interface StatusResult {
  node_info: { network: string; moniker: string };
  sync_info: {
    latest_block_hash: string;
    latest_block_height: string;
    latest_block_time: string;
    earliest_block_height: string;
    catching_up: boolean;
  };
  validator_info: { address: string; pub_key: PublicKey; voting_power: string };
}

/** One page of `/validators`. */
interface ValidatorsResult {
  block_height: string;
  validators: { address: string; pub_key: PublicKey; voting_power: string; proposer_priority: string }[];
  count: string;
  total: string;
}

export interface CommitSignature {
  /** 1: absent, 2: signed. */
  block_id_flag: 1 | 2;
  validator_address: string;
  timestamp: string;
  signature: string | null;
}

/** `/commit`; `null` for a block that the node does not have. */
export interface CommitResult {
  signed_header: {
    header: { chain_id: string; height: string; time: string; proposer_address: string };
    commit: { height: string; round: number; block_id: { hash: string }; signatures: CommitSignature[] };
  };
  canonical: boolean;
}

/** `/abci_query`. */
interface QueryResult {
  response: { code: number; log: string; value: string | null; height: string; codespace: string };
}

/** Results of seid's RPC by its methods. */
export interface RpcResults {
  status: StatusResult;
  validators: ValidatorsResult;
  commit: CommitResult | null;
  abci_query: QueryResult;
}

export type RpcMethod = keyof RpcResults;

/**
 * Seid's RPC: what a node knows of its chain.
 * @throws {RpcError} as seid answers.
 */
export const rpcMethods: { readonly [M in RpcMethod]: (node: ChainNode, parameters: RpcParameters) => RpcResults[M] } =
  {
    status,
    validators,
    commit,
    abci_query: abciQuery,
  };

export function isRpcMethod(name: string): name is RpcMethod {
  return Object.hasOwn(rpcMethods, name);
}

function status(node: ChainNode): StatusResult {
  const { chain, height } = node;
  const { address, publicKey } = chain.validatorOf(node.name) ?? NO_VALIDATOR;
  const member = chain.validatorsAt(height + 1)?.find((other) => other.address === address);
  return {
    node_info: { network: chain.chainId, moniker: node.name },
    sync_info: {
      latest_block_hash: hashOf(node, height),
      latest_block_height: String(height),
      latest_block_time: timeOf(node, chain.block(height)!),
      earliest_block_height: String(chain.baseHeight),
      catching_up: node.catchingUp,
    },
    validator_info: { address, pub_key: publicKey, voting_power: String(member?.power ?? 0n) },
  };
}

function validators(node: ChainNode, parameters: RpcParameters): ValidatorsResult {
  const { chain, height: head } = node;
  const height = heightIn(parameters, node, node.catchingUp ? head : head + 1);
  const all = chain.validatorsAt(height) ?? [];
  const perPage = perPageIn(parameters);
  const pages = Math.max(1, Math.ceil(all.length / perPage));
  const { page = 1 } = parameters;
  if (typeof page !== 'number' || page < 1 || page > pages) {
    throw new RpcError('invalid-request', `page should be within range expected range: [1, ${pages}], given ${page}`);
  }
  const shown = all.slice((page - 1) * perPage, page * perPage);
  return {
    block_height: String(height),
    validators: shown.map(({ address, publicKey, power }) => ({
      address,
      pub_key: publicKey,
      voting_power: String(power),
      proposer_priority: '0',
    })),
    count: String(shown.length),
    total: String(all.length),
  };
}

function commit(node: ChainNode, parameters: RpcParameters): CommitResult | null {
  const { chain, height: head } = node;
  const height = heightIn(parameters, node, head);
  const block = chain.block(height);
  if (block === undefined) return null;
  const time = timeOf(node, block);
  return {
    signed_header: {
      header: {
        chain_id: chain.chainId,
        height: String(height),
        time,
        proposer_address: block.validators[height % block.validators.length]?.address ?? '',
      },
      commit: {
        height: String(height),
        round: 0,
        block_id: { hash: hashOf(node, height) },
        signatures: chain.protocol === 'Autobahn' ? [] : signaturesOf(block, time),
      },
    },
    canonical: height < head,
  };
}

function abciQuery({ plan, height }: ChainNode, { path }: RpcParameters): QueryResult {
  const answer = { log: '', height: String(height), codespace: '' };
  if (path !== CURRENT_PLAN) {
    return { response: { ...answer, code: 6, log: 'unknown query path', value: null, codespace: 'sdk' } };
  }
  const value = encodeCurrentPlan(plan).toString('base64');
  return { response: { ...answer, code: 0, value: value === '' ? null : value } };
}

/** In the order of the validators. */
export function signaturesOf({ height, validators: all, signers }: Block, time: string): CommitSignature[] {
  return all.map(({ address }) =>
    signers.has(address)
      ? { block_id_flag: 2, validator_address: address, timestamp: time, signature: signatureOf(address, height) }
      : // Both occur.
        { block_id_flag: 1, validator_address: '', timestamp: UNSET_TIME, signature: height % 2 === 0 ? null : '' },
  );
}

/** 64 bytes. */
function signatureOf(address: string, height: number): string {
  return createHash('sha512').update(`${address} signs ${height}`).digest('base64');
}

function hashOf({ chain }: ChainNode, height: number): string {
  if (chain.protocol === 'Autobahn') return '';
  return createHash('sha256').update(`${chain.chainId} ${height}`).digest('hex').toUpperCase();
}

function timeOf({ chain }: ChainNode, { timeMs }: Block): string {
  return new Date(chain.protocol === 'Autobahn' ? 0 : timeMs).toISOString();
}

function heightIn({ height }: RpcParameters, { chain }: ChainNode, head: number): number {
  if (height === undefined) return head;
  if (typeof height !== 'number' || height <= 0) {
    throw new RpcError('invalid-request', `height must be greater than zero (requested height: ${height})`);
  }
  if (height > head) {
    const reason = "height must be less than or equal to the head of the node's blockchain";
    throw new RpcError('internal', `${reason} (requested height: ${height}, blockchain height: ${head})`);
  }
  if (height < chain.baseHeight) {
    throw new RpcError('internal', `height is not available: ${height} (base height: ${chain.baseHeight})`);
  }
  return height;
}

function perPageIn({ per_page: perPage }: RpcParameters): number {
  if (typeof perPage !== 'number' || perPage < 1) return DEFAULT_PER_PAGE;
  return Math.min(perPage, MOST_PER_PAGE);
}
