import { InvalidInput } from '../parse-json.ts';
import type { Absence, ChainNode } from './chain-node.ts';
import { parsePower, type ConsensusOptions } from './consensus-options.ts';
import { identityOf, keyOf, validatorSet, type Member, type ValidatorSet } from './validator-set.ts';

/** What may change of a validator. */
export interface ValidatorState {
  /** A jailed validator is not in the validator set. */
  jailed: boolean;
  /** A decimal number from 1. */
  power: bigint | string;
  /** It signs nothing, whatever its nodes do. */
  down: boolean;
}

export interface Validator extends Member {
  readonly name: string;
  /** Names of the nodes that have its key. Unset: somebody else operates it. */
  readonly nodes: ReadonlySet<string> | undefined;
  power: bigint;
  jailed: boolean;
  down: boolean;
}

/** All validators of a chain, also those that are not in its validator set. */
export class Validators {
  readonly #byName = new Map<string, Validator>();

  /** @param options Checked before. */
  constructor({ validators }: ConsensusOptions) {
    for (const { name, power, nodes = [name] } of validators) {
      this.#byName.set(name, {
        name,
        ...identityOf(keyOf(name)),
        power: parsePower(`power of ${name}`, power),
        nodes: nodes.length === 0 ? undefined : new Set(nodes),
        jailed: false,
        down: false,
      });
    }
  }

  [Symbol.iterator](): Iterator<Validator> {
    return this.#byName.values();
  }

  /** The validator whose key that node has. */
  ofNode(name: string): Validator | undefined {
    return [...this].find(({ nodes }) => nodes?.has(name));
  }

  byAddress({ address }: Member): Validator {
    return [...this].find((validator) => validator.address === address)!;
  }

  /** Those that are not jailed. */
  currentSet(): ValidatorSet {
    const members = [...this].filter(({ jailed }) => !jailed);
    return validatorSet(members.map(({ address, publicKey, power }) => ({ address, publicKey, power })));
  }

  /** @throws {InvalidInput} there is no such validator, or the power is not one. */
  set(name: string, { power, ...state }: Partial<ValidatorState>): void {
    const validator = this.#byName.get(name);
    if (validator === undefined) {
      throw new InvalidInput(`no validator ${JSON.stringify(name)}; there are: ${[...this.#byName.keys()].join(', ')}`);
    }
    Object.assign(validator, state, power !== undefined && { power: parsePower('power', power) });
  }
}

/** Why a validator does not sign. `down`: it has been set down, or its nodes are not in the fleet. */
export type Reason = Absence | 'down';

/**
 * Why a validator does not sign blocks that need that version: of several nodes, the one that went down last is the cause.
 * `undefined`: it signs.
 */
export function absenceOf(
  { nodes, down }: Validator,
  all: Iterable<ChainNode>,
  now: number,
  version: number,
): Reason | undefined {
  if (down) return 'down';
  if (nodes === undefined) return undefined;
  const own = [...all].filter(({ name }) => nodes.has(name)).toSorted((a, b) => b.absentSince - a.absentSince);
  const absences = own.map((node) => node.absence(now, version));
  if (absences.length === 0) return 'down';
  return absences.includes(undefined) ? undefined : absences[0];
}
