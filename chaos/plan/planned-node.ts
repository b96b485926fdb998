import type { SidecarVersion } from '../../simulator/task-context.ts';
import type { TransactionBehaviour } from '../../simulator/transaction-behaviour.ts';
import { Random } from './random.ts';

/** How many nodes the fleet has. */
const NODES = 20;

export interface PlannedNode {
  readonly name: string;
  readonly sidecarVersion: SidecarVersion;
  /** The results of its governance transactions. */
  readonly transactions: TransactionBehaviour;
  /** Whether its SeiNode names peers; without them DiscoverPeers has nothing to send. */
  readonly hasPeers: boolean;
}

const behaviours: readonly TransactionBehaviour[] = [
  {},
  { inclusionDelayMs: 1_500 },
  { pendingRuns: 2 },
  { outcome: 'committed_failed' },
  { outcome: 'pending' },
  { outcome: 'unverifiable' },
  { outcome: 'no_proposal_id' },
];

/** The fleet: sidecars of both versions, and every fate of a transaction. */
export function planNodes(seed: number): PlannedNode[] {
  const random = new Random(seed, 'nodes');
  return Array.from({ length: NODES }, (_, index) => ({
    name: `node-${String(index).padStart(2, '0')}`,
    sidecarVersion: random.pick(['v0.0.56', 'newer'] as const),
    transactions: behaviours[index % behaviours.length] ?? {},
    hasPeers: random.chance(80),
  }));
}
