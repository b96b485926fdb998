import type { Lane } from './fault-types.ts';
import { planFaults, type PlannedFault } from './plan-faults.ts';
import { planNodes, type PlannedNode } from './planned-node.ts';
import { planWork, type PlannedWork } from './plan-work.ts';

export interface ChaosPlan {
  readonly nodes: readonly PlannedNode[];
  readonly faults: ReadonlyMap<Lane, readonly PlannedFault[]>;
  /** Without an end: work continues until the last fault is over. */
  readonly work: Iterator<PlannedWork, never>;
}

/** The same seed and minutes give the same plan. */
export function planChaos(seed: number, minutes: number): ChaosPlan {
  const nodes = planNodes(seed);
  return { nodes, faults: planFaults(seed, minutes, nodes), work: planWork(seed, nodes) };
}
