import type { ChainNode } from '../../simulator/chain/chain-node.ts';
import type { ConsensusOptions } from '../../simulator/chain/consensus-options.ts';
import { SimulatedChain } from '../../simulator/chain/simulated-chain.ts';

export const INTERVAL_MS = 100;
export const START_HEIGHT = 1_000;

/** A chain whose clock only tests move. */
export interface ChainOnAClock {
  chain: SimulatedChain;
  nodes: ReadonlyMap<string, ChainNode>;
  node: (name: string) => ChainNode;
  /** Lets time pass. */
  pass: (milliseconds: number) => void;
  /** Lets time pass and returns how many blocks were made. */
  blocksIn: (milliseconds: number) => number;
  now: () => number;
}

/** Starts one with all nodes of its validators, and with full nodes of these names. Default: all of them serve. */
export function chainOnAClock(
  consensus: ConsensusOptions,
  { fullNodes = [], serving = true }: { fullNodes?: readonly string[]; serving?: boolean } = {},
): ChainOnAClock {
  let now = Date.UTC(2026, 0, 1);
  const chain = new SimulatedChain(
    { chainId: 'clock-1', startHeight: START_HEIGHT, blockIntervalMs: INTERVAL_MS, ...consensus },
    () => now,
  );
  const names = consensus.validators.flatMap(({ name, nodes = [name] }) => nodes);
  const nodes = new Map([...names, ...fullNodes].map((name) => [name, chain.join(name)]));
  if (serving) for (const node of nodes.values()) node.serves(0);
  const pass = (milliseconds: number): void => {
    now += milliseconds;
  };
  return {
    chain,
    nodes,
    node(name) {
      const node = nodes.get(name);
      if (node === undefined) throw new Error(`no node ${name}`);
      return node;
    },
    pass,
    blocksIn(milliseconds) {
      const { height } = chain;
      pass(milliseconds);
      return chain.height - height;
    },
    now: () => now,
  };
}

/** Validators `v0`, `v1`, … with a node each. */
export function validatorsOf(...powers: readonly (bigint | string)[]): ConsensusOptions['validators'] {
  return powers.map((power, index) => ({ name: `v${index}`, power }));
}
