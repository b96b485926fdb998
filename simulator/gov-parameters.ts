import { decodeParams } from './go-decode.ts';
import { quoteGo } from './go-format.ts';

/** Task types that send a governance transaction. */
export type GovTaskType = 'gov-vote' | 'gov-software-upgrade' | 'gov-param-change';

const VOTE_OPTIONS = ['yes', 'no', 'abstain', 'no_with_veto', 'no-with-veto'];

const transaction = { chainId: 'string', keyName: 'string', memo: 'string', fees: 'string', gas: 'uint64' } as const;
const proposal = { ...transaction, title: 'string', description: 'string', initialDeposit: 'string' } as const;

const VOTE = {
  struct: 'tasks.GovVoteRequest',
  fields: { ...transaction, proposalId: 'uint64', option: 'string' },
} as const;
const UPGRADE = {
  struct: 'tasks.GovSoftwareUpgradeRequest',
  fields: { ...proposal, upgradeName: 'string', upgradeHeight: 'int64', upgradeInfo: 'string' },
} as const;
const CHANGE = { struct: 'tasks.paramChange', fields: { subspace: 'string', key: 'string', value: 'json' } } as const;
const PARAM_CHANGE = {
  struct: 'tasks.GovParamChangeRequest',
  fields: { ...proposal, changes: { list: CHANGE } },
} as const;

const decoders: Readonly<Record<GovTaskType, (params: Record<string, unknown>) => void>> = {
  'gov-vote': (params) => {
    const vote = decodeParams(VOTE, params);
    requirePositive({ proposalId: vote.proposalId });
    if (!VOTE_OPTIONS.includes(vote.option.toLowerCase())) {
      throw new Error(`invalid vote option ${quoteGo(vote.option)} (allowed: yes | no | abstain | no_with_veto)`);
    }
    // The signing key is resolved before any other part of the transaction.
    requireText({ keyName: vote.keyName });
    requireTransaction(vote);
  },
  'gov-software-upgrade': (params) => {
    const upgrade = decodeParams(UPGRADE, params);
    const { keyName, title, description, upgradeName, upgradeHeight } = upgrade;
    requireText({ keyName, title, description, upgradeName });
    requirePositive({ upgradeHeight });
    requireDeposit(upgrade);
    requireTransaction(upgrade);
  },
  'gov-param-change': (params) => {
    const change = decodeParams(PARAM_CHANGE, params);
    const { keyName, title, description } = change;
    requireText({ keyName, title, description });
    if (change.changes.length === 0) throw new Error('at least one change required');
    for (const [index, { subspace, key, value }] of change.changes.entries()) {
      requireText({ [`changes[${index}].subspace`]: subspace, [`changes[${index}].key`]: key });
      if (value === undefined) throw new Error(`changes[${index}].value required`);
    }
    requireDeposit(change);
    requireTransaction(change);
  },
};

/** @throws {Error} the params do not decode, or something is missing. Messages and order are the sidecar's. */
export function decodeGovParameters(type: GovTaskType, params: Record<string, unknown>): void {
  decoders[type](params);
}

function requireTransaction({
  chainId,
  keyName,
  gas,
  fees,
}: {
  chainId: string;
  keyName: string;
  gas: number;
  fees: string;
}): void {
  requireText({ chainId, keyName });
  requirePositive({ gas });
  requireText({ fees });
}

function requireDeposit({ initialDeposit }: { initialDeposit: string }): void {
  if (initialDeposit === '') throw new Error('initialDeposit "" resolves to zero coins');
}

function requireText(fields: Record<string, string>): void {
  for (const [name, value] of Object.entries(fields)) if (value === '') throw new Error(`${name} required`);
}

function requirePositive(fields: Record<string, number>): void {
  for (const [name, value] of Object.entries(fields)) if (value <= 0) throw new Error(`${name} required (must be > 0)`);
}
