import { z } from 'zod';
import type { ChainCommit } from '../../core/guard/chain-observation.ts';
import { addressField, countField, hashField, timeField } from './rpc-fields.ts';

/** `block_id_flag` of a validator that signed the block; of one without a signature, and of one that signed none. */
const COMMIT = 2;
const ABSENT_OR_NIL = [1, 3] as const;

const signed = z.object({
  block_id_flag: z.literal(COMMIT),
  validator_address: addressField,
  signature: z.string().min(1),
});
const notSigned = z.object({ block_id_flag: z.literal(ABSENT_OR_NIL) });
/** Some encoders write an absent signature as `null` or `""` as a whole. */
const absent = z.union([z.null(), z.literal('')]);

const answer = z.object({
  canonical: z.literal(true),
  signed_header: z.object({
    header: z.object({ chain_id: z.string(), height: countField, time: timeField }),
    commit: z.object({
      height: countField,
      block_id: z.object({ hash: hashField.nullish() }),
      signatures: z.array(z.union([signed, notSigned, absent])).nullish(),
    }),
  }),
});

/**
 * @returns `undefined` unless it is the canonical commit of that height and chain. The commit of the tip is not
 * canonical yet: signatures are still missing in it.
 */
export function parseCommit(result: unknown, expected: { chainId: string; height: number }): ChainCommit | undefined {
  const { data } = answer.safeParse(result);
  if (data === undefined) return undefined;
  const { header, commit } = data.signed_header;
  const isExpected = header.chain_id === expected.chainId && header.height === expected.height;
  if (!isExpected || commit.height !== expected.height) return undefined;
  const addresses = (commit.signatures ?? []).flatMap((each) =>
    typeof each === 'object' && each?.block_id_flag === COMMIT ? [each.validator_address] : [],
  );
  const hash = commit.block_id.hash ?? '';
  // Nobody signed, or somebody twice: no commit of a block has that.
  if (hash !== '' && addresses.length === 0) return undefined;
  if (new Set(addresses).size !== addresses.length) return undefined;
  return { height: expected.height, timeMs: header.time, hash, signed: addresses };
}
