import type { SeiNode } from '../sei-node.ts';
import { nodeText } from '../node-reference.ts';
import type { NamedTask, TaskParameters } from './kind-definition.ts';

/** Key that the Go controller assumes when a SeiNode has an operator keyring without a key name (contract §1.5). */
const DEFAULT_OPERATOR_KEY = 'node_admin';
/** Key that is used when neither the payload nor the SeiNode names one (contract §1.5). */
const FALLBACK_KEY = 'validator';

const transaction = { chainId: 'arctic-1', fees: '2000usei', gas: 200_000 };

/** Of a transaction and of a proposal, for the examples of the kinds. */
export const examples = {
  transaction,
  proposal: { ...transaction, title: 'A title', description: 'A text', initialDeposit: '10000000usei' },
};

/** Parameters of a governance transaction: the payload with `keyName` resolved, unset and empty optionals left out. */
function govParameters(payload: { keyName?: string | undefined }, node: SeiNode): TaskParameters {
  const present = Object.entries(payload).filter(([, value]) => value !== undefined && value !== '');
  return { ...Object.fromEntries(present), keyName: payload.keyName ?? operatorKey(node) };
}

function operatorKey(node: SeiNode): string {
  const secret = node.spec.validator?.operatorKeyring?.secret;
  return secret === undefined ? FALLBACK_KEY : (secret.keyName ?? DEFAULT_OPERATOR_KEY);
}

/** What the three governance kinds have in common. An acceptance says nothing about the chain. */
export const governance = {
  endsWith: 'transaction',
  outputs: { txHash: 'string', height: 'int64', proposalId: 'uint64' },
  buildParameters: govParameters,
  step: 'Submitting',
  complete: ({ node }: NamedTask<unknown>) =>
    `The sidecar of ${nodeText(node)} accepted the task. Look up the transaction on chain before you rely on it.`,
} as const;
