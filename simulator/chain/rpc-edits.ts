import type { ChainNode } from './chain-node.ts';
import { signaturesOf, type CommitResult, type RpcMethod, type RpcResults } from './rpc-results.ts';

type Edit = { readonly [M in RpcMethod]?: (result: NonNullable<RpcResults[M]>, node: ChainNode) => RpcResults[M] };

/** Results that are well formed and not true, or not complete. */
const edits = {
  /** The last validator of a page is missing; `count` and `total` are those of all. */
  'short-page': { validators: (result) => ({ ...result, validators: result.validators.slice(0, -1) }) },
  /** `total` is one more than there are. */
  'wrong-total': { validators: (result) => ({ ...result, total: String(Number(result.total) + 1) }) },
  /** A validator set without its last member. Nothing shows that. */
  'other-validators': {
    validators: (result) => ({
      ...result,
      validators: result.validators.slice(0, -1),
      count: String(result.validators.length - 1),
      total: String(Number(result.total) - 1),
    }),
  },
  /** The first validator of a page has 1 more power. */
  'other-power': {
    validators: ({ validators: [first, ...others], ...result }) => ({
      ...result,
      validators: first ? [{ ...first, voting_power: String(BigInt(first.voting_power) + 1n) }, ...others] : [],
    }),
  },
  /** Blocks have another hash. */
  'other-hash': {
    status: (result) => ({ ...result, sync_info: { ...result.sync_info, latest_block_hash: 'F'.repeat(64) } }),
    commit: (result) => withCommit(result, { block_id: { hash: 'F'.repeat(64) } }),
  },
  /** It is a node of another chain. */
  'other-network': { status: (result) => ({ ...result, node_info: { ...result.node_info, network: 'other-1' } }) },
  /** Every validator has signed. */
  'all-signed': { commit: (result, node) => signedBy(result, node, ({ address }) => address) },
  /** No validator has signed. */
  'none-signed': { commit: (result, node) => signedBy(result, node, () => '') },
  /** No commit is canonical. */
  'not-canonical': { commit: (result) => ({ ...result, canonical: false }) },
  /** The node has no commit. */
  'no-commit': { commit: () => null },
  /** There is no upgrade. */
  'no-plan': { abci_query: ({ response }) => ({ response: { ...response, value: null } }) },
} as const satisfies Record<string, Edit>;

export type EditedResult = keyof typeof edits;

export const EDITED_RESULTS = Object.keys(edits) as EditedResult[];

/** Changes a result, if it is of a method that the lie is about. */
export function editResult<M extends RpcMethod>(
  lie: EditedResult,
  method: M,
  { result, node }: { result: RpcResults[M]; node: ChainNode },
): RpcResults[M] {
  const edit = (edits[lie] as Edit)[method];
  return result === null || edit === undefined ? result : edit(result, node);
}

function withCommit(result: CommitResult, changes: Partial<CommitResult['signed_header']['commit']>): CommitResult {
  const { signed_header: signed } = result;
  return { ...result, signed_header: { ...signed, commit: { ...signed.commit, ...changes } } };
}

function signedBy(
  result: CommitResult,
  { chain }: ChainNode,
  signer: (member: { address: string }) => string,
): CommitResult {
  const { height, time } = result.signed_header.header;
  const block = chain.block(Number(height));
  if (block === undefined) return result;
  return withCommit(result, {
    signatures: signaturesOf({ ...block, signers: new Set(block.validators.map(signer)) }, time),
  });
}
