import { decodeObjects, decodeParams } from './go-decode.ts';

/** Types of task that send a governance transaction. */
export type GovTaskType = 'gov-vote' | 'gov-software-upgrade' | 'gov-param-change';

const VOTE_OPTIONS = ['yes', 'no', 'abstain', 'no_with_veto', 'no-with-veto'];

const transaction = { chainId: 'string', keyName: 'string', memo: 'string', fees: 'string', gas: 'uint64' } as const;
const proposal = { ...transaction, title: 'string', description: 'string', initialDeposit: 'string' } as const;

const decoders: Readonly<Record<GovTaskType, (params: Record<string, unknown>) => void>> = {
  'gov-vote': (params) => {
    const vote = decodeParams('GovVoteRequest', { ...transaction, proposalId: 'uint64', option: 'string' }, params);
    requirePositive({ proposalId: vote.proposalId });
    if (!VOTE_OPTIONS.includes(vote.option.toLowerCase())) {
      const option = JSON.stringify(vote.option);
      throw new Error(`invalid vote option ${option} (allowed: yes | no | abstain | no_with_veto)`);
    }
    requireTransaction(vote);
  },
  'gov-software-upgrade': (params) => {
    const fields = { ...proposal, upgradeName: 'string', upgradeHeight: 'int64', upgradeInfo: 'string' } as const;
    const upgrade = decodeParams('GovSoftwareUpgradeRequest', fields, params);
    const { keyName, title, description, upgradeName, upgradeHeight } = upgrade;
    requireText({ keyName, title, description, upgradeName });
    requirePositive({ upgradeHeight });
    requireDeposit(upgrade);
    requireTransaction(upgrade);
  },
  'gov-param-change': (params) => {
    const struct = 'GovParamChangeRequest';
    const change = decodeParams(struct, proposal, params);
    const changes = decodeObjects(`${struct}.changes`, 'tasks.paramChange', params['changes']).map((entry) => ({
      ...decodeParams(`${struct}.changes`, { subspace: 'string', key: 'string' }, entry),
      hasValue: Object.hasOwn(entry, 'value'),
    }));
    const { keyName, title, description } = change;
    requireText({ keyName, title, description });
    if (changes.length === 0) throw new Error('at least one change required');
    for (const [index, { subspace, key, hasValue }] of changes.entries()) {
      requireText({ [`changes[${index}].subspace`]: subspace, [`changes[${index}].key`]: key });
      if (!hasValue) throw new Error(`changes[${index}].value required`);
    }
    requireDeposit(change);
    requireTransaction(change);
  },
};

/** @throws {Error} the params do not decode, or something is missing: in the sidecar's words and its order. */
export function decodeGovParameters(type: GovTaskType, params: Record<string, unknown>): void {
  decoders[type](params);
}

function requireTransaction({ chainId, keyName, gas, fees }: { chainId: string; keyName: string; gas: number; fees: string }): void {
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
