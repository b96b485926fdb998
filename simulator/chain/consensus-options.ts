import { InvalidInput } from '../parse-json.ts';

/** One validator of a simulated chain. */
interface ValidatorOptions {
  name: string;
  /** Voting power, a decimal number from 1: it may exceed 2^53. */
  power: bigint | string;
  /**
   * Names of the fleet's nodes that sign with its key. It signs while one of them does. `[]`: somebody else operates it,
   * and it signs until `setValidator` sets it down. @default the node of its own name
   */
  nodes?: readonly string[];
}

/** An upgrade that the chain has voted for: no block of this height before nodes have been upgraded. */
export interface UpgradePlan {
  name: string;
  height: number;
}

/** How the nodes of a fleet agree on blocks. */
export interface ConsensusOptions {
  validators: readonly ValidatorOptions[];
  /** @default none is planned */
  upgrade?: UpgradePlan;
  /** `Autobahn`: heights grow, but RPC shows no hashes, no signatures, and 1970 as the time. @default 'CometBFT' */
  protocol?: 'CometBFT' | 'Autobahn';
}

/** @throws {InvalidInput} not a decimal number from 1. */
export function parsePower(field: string, power: unknown): bigint {
  const text = typeof power === 'bigint' ? String(power) : power;
  if (typeof text !== 'string' || !/^[1-9]\d*$/.test(text)) {
    const shown = typeof text === 'string' ? JSON.stringify(text) : String(text);
    throw new InvalidInput(`${field} must be a decimal number from 1, got ${shown}`);
  }
  return BigInt(text);
}

/** @throws {InvalidInput} no validator, a name twice, a node with two keys, or a power that is none. */
export function checkConsensus({ validators }: ConsensusOptions): void {
  if (validators.length === 0) throw new InvalidInput('consensus.validators must contain at least one validator');
  const names = new Set<string>();
  const keys = new Map<string, string>();
  for (const { name, power, nodes = [name] } of validators) {
    if (names.has(name)) throw new InvalidInput(`consensus.validators contains ${JSON.stringify(name)} twice`);
    names.add(name);
    parsePower(`consensus.validators: power of ${name}`, power);
    for (const node of new Set(nodes)) {
      const other = keys.get(node);
      if (other !== undefined) {
        throw new InvalidInput(`node ${JSON.stringify(node)} has the key of ${other} and of ${name}: it needs one`);
      }
      keys.set(node, name);
    }
  }
}
