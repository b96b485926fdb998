import { nodeText } from '../node-reference.ts';
import { examples, governance } from './governance.ts';
import { defineKind } from './kind-definition.ts';

export const GovVote = defineKind({
  description: 'Votes on a proposal.',
  note: 'Ends when the transaction is included in a block.',
  payload: ({ z, govTransaction, positiveInt64 }) =>
    z.object({
      ...govTransaction,
      proposalId: positiveInt64,
      option: z.enum(['yes', 'no', 'abstain', 'no_with_veto', 'no-with-veto']),
    }),
  example: { ...examples.transaction, proposalId: 1, option: 'yes' },
  sidecarTask: 'gov-vote',
  creatorVerb: 'vote',
  ...governance,
  work: 'the vote',
  working: ({ node }) => `The sidecar of ${nodeText(node)} submits the vote and waits for its inclusion.`,
});
