import type { Lane } from './fault-types.ts';
import { planFaults, type PlannedFault } from './plan-faults.ts';
import { planNodes, type PlannedNode } from './planned-node.ts';
import { planGuardedRestarts } from './plan-guarded-restarts.ts';
import { planRollingRestarts } from './plan-rolling-restarts.ts';
import { planWork, type PlannedWork } from './plan-work.ts';

export interface ChaosPlan {
  readonly nodes: readonly PlannedNode[];
  readonly faults: ReadonlyMap<Lane, readonly PlannedFault[]>;
  /** Without an end: work continues until the last fault is over. */
  readonly work: Iterator<PlannedWork, never>;
  readonly guardedRestarts: Iterator<PlannedWork, never>;
  readonly rollingRestarts: Iterator<PlannedWork, never>;
}

/** The same seed and minutes give the same plan. */
export function planChaos(seed: number, minutes: number): ChaosPlan {
  const nodes = planNodes(seed);
  return {
    nodes,
    faults: planFaults(seed, minutes, nodes),
    work: planWork(seed, nodes),
    guardedRestarts: planGuardedRestarts(seed),
    rollingRestarts: planRollingRestarts(seed),
  };
}
