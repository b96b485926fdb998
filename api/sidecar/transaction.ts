import { z } from 'zod';
import { printable } from '../../lib/printable.ts';

/** Go writes int64 as a number and Cosmos writes it as a string; one that is neither is left out, not invented. */
const integer = z
  .union([
    z.int(),
    z
      .string()
      .regex(/^\d{1,15}$/)
      .transform(Number),
  ])
  .optional()
  .catch(undefined);
const text = z
  .string()
  .transform((words) => printable(words))
  .optional()
  .catch(undefined);

/** The `result` of a governance task (contract §1.5). */
const transactionSchema = z.object({
  txHash: text,
  height: integer,
  proposalId: integer,
  code: integer,
  codespace: text,
  rawLog: text,
  inclusionStatus: z.enum(['committed_ok', 'committed_failed', 'pending', 'unverifiable']).optional().catch(undefined),
});

export type Transaction = z.output<typeof transactionSchema>;

/** @returns `undefined` when the result names no transaction and does not say what became of it. */
export function transactionOf(result: unknown): Transaction | undefined {
  const { data } = transactionSchema.safeParse(result);
  return data?.txHash === undefined && data?.inclusionStatus === undefined ? undefined : data;
}
