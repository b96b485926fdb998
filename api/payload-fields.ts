import { z } from 'zod';

const nonEmpty = z.string().min(1);

/** May be empty, as for the Go controller. An empty one is left out of the sidecar's params. */
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

/** What the payload schemas of the kinds are built from. */
export const payloadFields = {
  z,
  nonEmpty,
  optionalText,
  positiveInt64,
  govTransaction,
  govProposal,
  anyJson,
};
export type PayloadFields = typeof payloadFields;
