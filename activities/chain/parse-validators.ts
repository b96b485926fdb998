import { z } from 'zod';
import type { ChainValidator } from '../../core/guard/chain-observation.ts';
import { addressField, countField, powerField } from './rpc-fields.ts';

const page = z.object({
  block_height: countField,
  validators: z.array(z.object({ address: addressField, voting_power: powerField })).min(1),
  count: countField,
  total: countField,
});

/** One page of `/validators`. */
export interface ValidatorsPage {
  readonly validators: readonly ChainValidator[];
  /** Validators on all pages. */
  readonly total: number;
}

/** @returns `undefined` when it is not a page of the validators at that height, or its count is not their number. */
export function parseValidatorsPage(result: unknown, height: number): ValidatorsPage | undefined {
  const { data } = page.safeParse(result);
  if (data?.block_height !== height || data.count !== data.validators.length) return undefined;
  const validators = data.validators.map(({ address, voting_power: power }) => ({ address, power }));
  return { validators, total: data.total };
}

/** @returns `undefined` when the pages are not the whole set: another number than the total, or an address twice. */
export function wholeSet(pages: readonly ValidatorsPage[]): readonly ChainValidator[] | undefined {
  const validators = pages.flatMap((each) => each.validators);
  const isComplete = pages.length > 0 && pages.every(({ total }) => total === validators.length);
  const addresses = new Set(validators.map(({ address }) => address));
  return isComplete && addresses.size === validators.length ? validators : undefined;
}
