import type { TaskKind } from '../../api/task-kinds.ts';

const transaction = { chainId: 'test-1', fees: '2000usei', gas: 200_000 };
const proposal = { ...transaction, title: 'A title', description: 'A text', initialDeposit: '10000000usei' };

/** The least that each kind's payload may be. */
export const minimalPayloads: Readonly<Record<TaskKind, Readonly<Record<string, unknown>>>> = {
  GovSoftwareUpgrade: { ...proposal, upgradeName: 'v9', upgradeHeight: 1 },
  GovVote: { ...transaction, proposalId: 1, option: 'yes' },
  GovParamChange: { ...proposal, changes: [{ subspace: 'staking', key: 'MaxValidators', value: '100' }] },
  AwaitCondition: { height: { targetHeight: 1 } },
  UpdateNodeImage: { image: 'sei:v9' },
  AwaitNodesAtHeight: { targetHeight: 1 },
  DiscoverPeers: {},
  RestartSeid: {},
  MarkReady: {},
};
