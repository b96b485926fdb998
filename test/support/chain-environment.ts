import { randomBytes } from 'node:crypto';
import { present } from '../../lib/present.ts';
import type { ConsensusOptions } from '../../simulator/chain/consensus-options.ts';
import type { Faults } from '../../simulator/faults.ts';
import { TestEnvironment, type EnvironmentOptions } from './test-environment.ts';

export interface ChainEnvironmentOptions extends Omit<EnvironmentOptions, 'chain'> {
  /** Voting power by the name of the node that has the key. */
  readonly powers: Readonly<Record<string, number>>;
  /** Voting power of validators that somebody else operates, by name. Default: none. */
  readonly others?: Readonly<Record<string, number>>;
  /** Names of nodes without a key. Default: two. */
  readonly fullNodes?: readonly string[];
  /** Faults of nodes from the start, by name. Default: none. */
  readonly faults?: Readonly<Record<string, Faults>>;
  /** Default: one that no other test has, since tests share the permits of chains. */
  readonly chainId?: string;
  /** Default: CometBFT. */
  readonly protocol?: ConsensusOptions['protocol'];
}

/** An environment whose nodes follow a chain that can stop and makes ten blocks a second. Without a service yet. */
export async function startChainEnvironment({
  powers,
  others = {},
  fullNodes = ['full-a', 'full-b'],
  faults = {},
  chainId = `chain-${randomBytes(4).toString('hex')}`,
  protocol = 'CometBFT',
  ...options
}: ChainEnvironmentOptions): Promise<TestEnvironment> {
  const validators = [
    ...Object.entries(powers).map(([name, power]) => ({ name, power: String(power) })),
    ...Object.entries(others).map(([name, power]) => ({ name, power: String(power), nodes: [] })),
  ];
  const chain = { chainId, blockIntervalMs: 100, consensus: { validators, protocol } };
  const environment = await TestEnvironment.create({ ...options, chain });
  await Promise.all(
    [...Object.keys(powers), ...fullNodes].map((name) => environment.addNode(name, present({ faults: faults[name] }))),
  );
  return environment;
}
