import type { ConsensusOptions } from '../../simulator/chain/consensus-options.ts';

/** Of all nodes of the fleet. */
export const CHAIN_ID = 'chaos-1';
/** What SeiNodes of nodes without a guard say: those of the chain are read for each evaluation. */
export const UNGUARDED_CHAIN_ID = 'unguarded-1';
/** Signs until a fault sets it down; somebody else operates it. */
const OUTSIDER = 'outsider';
/** Nodes with the keys of validators; the last two have one key. */
export const VALIDATOR_NODES = [
  'validator-0',
  'validator-1',
  'validator-2',
  'validator-3',
  'validator-4',
  'sentry-0',
  'sentry-1',
] as const;
/** Nodes that the service restarts only with a guard. */
export const GUARDED_NODES = [...VALIDATOR_NODES, 'full-0', 'full-1'] as const;
/** Stands for whichever of them is restarted next, which is not planned. */
export const ANY_GUARDED = 'any guarded node';
/** Nodes that are only asked about the chain. By their names they come first, and the first that are healthy are asked. */
export const SOURCES = ['archive-0', 'archive-1'] as const;

/**
 * Of 81 voting power 27 must not be down: any two of ours with a key of their own may be, but neither of the two largest
 * while the outsider is, with the second exactly at a third. Nobody of ours has a third. All other nodes of the fleet are full nodes of this chain.
 */
export const CONSENSUS: ConsensusOptions = {
  validators: [
    { name: 'validator-0', power: '12' },
    { name: 'validator-1', power: '11' },
    { name: 'validator-2', power: '10' },
    { name: 'validator-3', power: '9' },
    { name: 'validator-4', power: '8' },
    { name: 'shared', power: '15', nodes: ['sentry-0', 'sentry-1'] },
    { name: OUTSIDER, power: '16', nodes: [] },
  ],
};
