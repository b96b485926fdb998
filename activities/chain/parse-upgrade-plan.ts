import { z } from 'zod';
import type { ChainSource } from '../../core/guard/chain-observation.ts';
import { protobufFields, type ProtobufField } from './protobuf-fields.ts';

/**
 * Path of the query, whose request is empty. Its response has the plan in field 1, if there is one; of a plan, name is
 * field 1 and height is field 3.
 */
export const CURRENT_PLAN_PATH = '/cosmos.upgrade.v1beta1.Query/CurrentPlan';

const answer = z.object({
  response: z.object({ code: z.literal([0, '0']), value: z.union([z.base64(), z.null()]).optional() }),
});
/** Longest name, in bytes: the message of a guard shows it. */
const NAME_BYTES = 140;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** @returns `undefined` when the answer is not one to this query: then it is not known whether there is a plan. */
export function parseUpgradePlan(result: unknown): ChainSource['upgrade'] {
  const { data } = answer.safeParse(result);
  if (data === undefined) return undefined;
  const response = protobufFields(Buffer.from(data.response.value ?? '', 'base64'));
  if (response?.length === 0) return 'none';
  const plan = protobufFields(bytesOf(response, 1));
  const [name, height] = [textOf(bytesOf(plan, 1)), wholeNumberOf(plan, 3)];
  return name === undefined || height === undefined ? undefined : { name, height };
}

/** The value of a field that occurs once. */
function onlyValue(fields: readonly ProtobufField[] | undefined, number: number): ProtobufField['value'] | undefined {
  const values = fields?.filter((field) => field.number === number) ?? [];
  return values.length === 1 ? values[0]?.value : undefined;
}

function bytesOf(fields: readonly ProtobufField[] | undefined, number: number): Uint8Array | undefined {
  const value = onlyValue(fields, number);
  return value instanceof Uint8Array ? value : undefined;
}

/** At least 1. */
function wholeNumberOf(fields: readonly ProtobufField[] | undefined, number: number): number | undefined {
  const value = onlyValue(fields, number);
  const isExact = typeof value === 'bigint' && value > 0n && value <= BigInt(Number.MAX_SAFE_INTEGER);
  return isExact ? Number(value) : undefined;
}

function textOf(bytes: Uint8Array | undefined): string | undefined {
  if (bytes === undefined || bytes.length === 0 || bytes.length > NAME_BYTES) return undefined;
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}
