import { z } from 'zod';
import { addressField, countField, hashField, timeField } from './rpc-fields.ts';

const heightOnly = z.object({ sync_info: z.object({ latest_block_height: countField }) });
const status = z.object({
  node_info: z.object({ network: z.string().min(1).max(128) }),
  sync_info: z.object({
    latest_block_height: countField,
    latest_block_hash: hashField.optional().catch(undefined),
    latest_block_time: timeField,
    catching_up: z.boolean(),
  }),
  validator_info: z
    .object({ address: addressField.optional().catch(undefined) })
    .optional()
    .catch(undefined),
});

/** One answer to `/status`. */
export interface StatusAnswer {
  readonly network: string;
  readonly height: number;
  readonly catchingUp: boolean;
  readonly address?: string;
  readonly blockTimeMs?: number;
  readonly blockHash?: string;
}

/** @returns `undefined` unless network, height and `catching_up` are what CometBFT answers. */
export function parseStatus(result: unknown): StatusAnswer | undefined {
  const { data } = status.safeParse(result);
  if (data === undefined) return undefined;
  return {
    network: data.node_info.network,
    height: data.sync_info.latest_block_height,
    catchingUp: data.sync_info.catching_up,
    address: data.validator_info?.address,
    blockTimeMs: data.sync_info.latest_block_time,
    blockHash: data.sync_info.latest_block_hash,
  };
}

/** The latest block height in an answer to `/status`, whatever else is in it. */
export function parseLatestHeight(result: unknown): number | undefined {
  return heightOnly.safeParse(result).data?.sync_info.latest_block_height;
}
