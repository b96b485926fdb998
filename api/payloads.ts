import { z } from 'zod';

const nonEmpty = z.string().min(1);

/** May be empty, as for the Go controller; then it is left out of what the sidecar is told. */
const optionalText = z.string().optional();

/** int64 in the API; JavaScript holds integers exactly only up to 2^53, so larger ones are refused by name. */
const positiveInt64 = z.int().min(1).meta({ format: 'int64' });

const keyName = z
  .string()
  .min(1)
  .regex(/^[a-zA-Z0-9_-]+$/)
  .optional()
  .describe("Keyring key that signs; defaults to the SeiNode's operator key.");

const govTransaction = {
  chainId: nonEmpty.describe('Chain that the transaction is for.'),
  keyName,
  memo: optionalText,
  fees: nonEmpty.describe('Fees with denomination, such as 2000usei.'),
  gas: positiveInt64,
};

const govProposal = {
  ...govTransaction,
  title: nonEmpty,
  description: nonEmpty,
  initialDeposit: nonEmpty.describe('Deposit with denomination, such as 10000000usei.'),
};

const anyJson = z.unknown().meta({ 'x-kubernetes-preserve-unknown-fields': true });

/** One payload schema for each kind, under the spec field that carries it (contract §1, payloads). */
export const payloadSchemas = {
  govSoftwareUpgrade: z
    .object({
      ...govProposal,
      upgradeName: nonEmpty,
      upgradeHeight: positiveInt64,
      upgradeInfo: optionalText,
    })
    .describe('Submits a software upgrade proposal.'),
  govVote: z
    .object({
      ...govTransaction,
      proposalId: positiveInt64,
      option: z.enum(['yes', 'no', 'abstain', 'no_with_veto', 'no-with-veto']),
    })
    .describe('Votes on a proposal.'),
  govParamChange: z
    .object({
      ...govProposal,
      changes: z
        .array(z.object({ subspace: nonEmpty, key: nonEmpty, value: anyJson }))
        .min(1)
        .meta({ 'x-kubernetes-list-type': 'atomic' }),
    })
    .describe('Submits a parameter change proposal.'),
  awaitCondition: z
    .object({
      height: z.object({ targetHeight: positiveInt64 }).optional().describe('Met when the node reaches this height.'),
      action: z.enum(['SIGTERM_SEID']).optional().describe('Signal sent to seid once the condition is met.'),
    })
    .meta({
      'x-kubernetes-validations': [{ rule: 'has(self.height)', message: 'exactly one condition must be set' }],
    })
    .describe('Waits for a condition on the node, then optionally acts.'),
  updateNodeImage: z
    .object({ image: z.string().min(1).max(512) })
    .describe('Sets the image of the SeiNode and waits until it runs.'),
  awaitNodesAtHeight: z.object({ targetHeight: positiveInt64 }).describe('Waits until the node reaches a height.'),
  discoverPeers: z
    .object({})
    .describe("Writes the SeiNode's peers into config.toml; a RestartSeid makes seid read it."),
  restartSeid: z.object({}).describe('Restarts the seid process in place; the sidecar stays up.'),
  markReady: z.object({}).describe('Marks the sidecar ready.'),
} as const;

export type PayloadField = keyof typeof payloadSchemas;
export type Payload<Field extends PayloadField> = z.output<(typeof payloadSchemas)[Field]>;
