import { nodeText } from '../node-reference.ts';
import { examples, governance } from './governance.ts';
import { defineKind } from './kind-definition.ts';

export const GovParamChange = defineKind({
  description: 'Submits a parameter change proposal.',
  note: 'Ends when the transaction is included in a block.',
  payload: ({ z, govProposal, nonEmpty, anyJson }) =>
    z.object({
      ...govProposal,
      changes: z
        .array(z.object({ subspace: nonEmpty, key: nonEmpty, value: anyJson }))
        .min(1)
        .meta({ 'x-kubernetes-list-type': 'atomic' }),
    }),
  example: { ...examples.proposal, changes: [{ subspace: 'staking', key: 'MaxValidators', value: '100' }] },
  sidecarTask: 'gov-param-change',
  creatorVerb: 'propose',
  sendsJsonValues: true,
  ...governance,
  work: 'the proposal',
  working: ({ node }) => `The sidecar of ${nodeText(node)} submits the proposal and waits for its inclusion.`,
});
