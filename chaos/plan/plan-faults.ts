import { ANY_GUARDED, SOURCES, VALIDATOR_NODES } from './guarded-chain.ts';
import { definitionOf, faultTypeNames, lanes, type FaultType, type Lane } from './fault-types.ts';
import type { PlannedNode } from './planned-node.ts';
import { drawTask, type PlannedTask } from './planned-task.ts';
import { Random } from './random.ts';
import type { TaskKind } from '../../api/task-kinds.ts';

/** A run in which some fault took effect less often proves little. */
export const TIMES_EACH = 3;
export const WORKERS = ['worker-0', 'worker-1'] as const;
export const BRIDGES = ['bridge-0', 'bridge-1'] as const;
/** Names them together, since which one leads at a moment is not planned. */
export const ALL_BRIDGES = 'bridges';

export interface PlannedFault {
  /** From the start of the faults; later where the fault before it in its lane takes longer. */
  readonly atMs: number;
  readonly type: FaultType;
  /** Name of a process of the service, of a node, or of a server, or `ALL_BRIDGES`. */
  readonly target: string;
  readonly forMs: number;
  /** A task on the node, so that there is something for the fault to hit: created so long before it. */
  readonly lure?: { readonly task: PlannedTask; readonly leadMs: number };
}

/** Usual time between two faults of a lane, in milliseconds; where `TIMES_EACH` of each need it, there is less. */
const spacingMs: Readonly<Record<Lane, number>> = {
  workers: 19_000,
  bridges: 19_000,
  cluster: 7_000,
  temporal: 18_000,
  links: 5_000,
  'nodes-a': 10_000,
  'nodes-b': 10_000,
  'nodes-c': 10_000,
  guarded: 15_000,
  'guarded-sidecars': 30_000,
  sources: 12_000,
  outsider: 60_000,
};

const nodeLanes: readonly Lane[] = ['nodes-a', 'nodes-b', 'nodes-c'];
const SIDECAR_KINDS: readonly TaskKind[] = [
  'AwaitNodesAtHeight',
  'RestartSeid',
  'GovVote',
  'GovSoftwareUpgrade',
  'RestartSeid',
  'MarkReady',
];

/** The faults of each lane, in order: each type at least `TIMES_EACH` times, whatever the seed. */
export function planFaults(
  seed: number,
  minutes: number,
  nodes: readonly PlannedNode[],
): ReadonlyMap<Lane, readonly PlannedFault[]> {
  return new Map(
    lanes.map((lane) => [lane, planLane(new Random(seed, lane), { lane, minutes, nodes: shareOf(lane, seed, nodes) })]),
  );
}

/**
 * Lanes that work on nodes have nodes of their own, so that a node never has two faults of which one ends the other.
 */
function shareOf(lane: Lane, seed: number, nodes: readonly PlannedNode[]): readonly PlannedNode[] {
  const share = nodeLanes.indexOf(lane);
  return new Random(seed, 'shares').shuffle(nodes).filter((_, index) => index % nodeLanes.length === share);
}

interface LaneOptions {
  readonly lane: Lane;
  readonly minutes: number;
  readonly nodes: readonly PlannedNode[];
}

function planLane(random: Random, { lane, minutes, nodes }: LaneOptions): PlannedFault[] {
  const types = faultTypeNames.filter((type) => definitionOf(type).lane === lane);
  const spanMs = minutes * 60_000;
  const rounds = Math.max(TIMES_EACH, Math.floor(spanMs / (spacingMs[lane] * types.length)));
  const drawn = Array.from({ length: rounds }, () => random.shuffle(types)).flat();
  const eachMs = Math.floor(spanMs / drawn.length);
  return drawn
    .map((type, index) => ({
      atMs: index * eachMs + random.integer(0, Math.floor(eachMs / 2)),
      type,
      target: drawTarget(random, type, nodes),
      forMs: random.integer(...definitionOf(type).lastsMs),
    }))
    .map((fault, index) => withLure(random, `lure-${lane.slice(-1)}-${index}`, fault));
}

type DrawTarget = (random: Random, nodes: readonly PlannedNode[]) => string;

const ofNodes: DrawTarget = (random, nodes) => random.pick(nodes).name;
const ofWorkers: DrawTarget = (random) => random.pick(WORKERS);

/** By the first word of a type. Unset: that word is the target. */
const targets: Readonly<Record<string, DrawTarget>> = {
  worker: ofWorkers,
  'sidecar-link': ofWorkers,
  bridge: (random) => random.pick(BRIDGES),
  'api-server-link': (random) => random.pick([...WORKERS, ...BRIDGES]),
  // One that stands by sends Temporal next to nothing that could be hit.
  'temporal-link': (random) => random.pick([...WORKERS, ALL_BRIDGES]),
  sidecar: ofNodes,
  seid: ofNodes,
  node: ofNodes,
  validator: (random) => random.pick(VALIDATOR_NODES),
  guarded: () => ANY_GUARDED,
  source: (random) => random.pick(SOURCES),
};

function drawTarget(random: Random, type: FaultType, nodes: readonly PlannedNode[]): string {
  const [what = ''] = type.split('.');
  return targets[what]?.(random, nodes) ?? what;
}

/** Nobody would notice most faults of a node on which nothing is done. */
function withLure(random: Random, name: string, fault: PlannedFault): PlannedFault {
  const { lane } = definitionOf(fault.type);
  if (!nodeLanes.includes(lane)) return fault;
  const kind = lane === 'nodes-c' ? random.pick(SIDECAR_KINDS) : 'RestartSeid';
  const leadMs = lane === 'nodes-c' || fault.type === 'node.out-of-phase' ? 0 : random.integer(0, 1_500);
  const { cancel: _cancel, ...task } = drawTask(random, { name, node: fault.target, kind });
  return { ...fault, lure: { task, leadMs } };
}
