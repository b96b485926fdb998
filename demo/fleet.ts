import type { StackNodeOptions } from '../dev/start-local-stack.ts';
import type { ConsensusOptions } from '../simulator/chain/consensus-options.ts';
import type { Faults } from '../simulator/faults.ts';

/** Id of the chain, and the Kubernetes namespace of its nodes. */
export const CHAIN_ID = 'arctic-1';

/** Slow enough for the steps to be seen, and for the Temporal UI to show a running poll. */
const SLOW: Faults = { slowStopMs: 1_500, slowBootMs: 1_000 };
/** Ten restarts have to fit into a demo. */
export const FAST: Faults = { slowStopMs: 300, slowBootMs: 200 };

/** 100 in all, so that 34 are a third. */
const POWERS = [20, 18, 16, 14, 12, 11, 9] as const;
/** The one with the most power first. */
export const VALIDATORS = POWERS.map((_, index) => `validator-${index}`);
export const FULL_NODES = ['full-0', 'full-1', 'full-2'];
/** A full node that ignores SIGTERM. */
export const STUBBORN_NODE = 'stubborn-0';

export const consensus: ConsensusOptions = {
  validators: POWERS.map((power, index) => ({ name: `validator-${index}`, power: String(power) })),
};

export const nodes: readonly (StackNodeOptions & { readonly name: string })[] = [
  ...[...VALIDATORS, ...FULL_NODES].map((name) => ({ name, faults: SLOW })),
  { name: STUBBORN_NODE, faults: { ignoreSigterm: true } },
];
