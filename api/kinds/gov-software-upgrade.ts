import { nodeText } from '../node-reference.ts';
import { examples, governance } from './governance.ts';
import { defineKind } from './kind-definition.ts';

export const GovSoftwareUpgrade = defineKind({
  description: 'Submits a software upgrade proposal.',
  note: 'Ends when the transaction is included in a block.',
  payload: ({ z, govProposal, nonEmpty, positiveInt64, optionalText }) =>
    z.object({
      ...govProposal,
      upgradeName: nonEmpty,
      upgradeHeight: positiveInt64,
      upgradeInfo: optionalText,
    }),
  example: { ...examples.proposal, upgradeName: 'v9', upgradeHeight: 1 },
  sidecarTask: 'gov-software-upgrade',
  creatorVerb: 'propose',
  ...governance,
  work: 'the proposal',
  working: ({ node }) => `The sidecar of ${nodeText(node)} submits the proposal and waits for its inclusion.`,
});
