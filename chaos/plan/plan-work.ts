import { drawNode, drawTask, kindsByWeight, type PlannedTask } from './planned-task.ts';
import type { PlannedNode } from './planned-node.ts';
import type { PlannedRollingRestart } from './planned-rolling-restart.ts';
import { Random } from './random.ts';
import type { TaskKind } from '../../api/task-kinds.ts';

/** A runbook that is started in Temporal, past the API server. */
export interface PlannedRunbook {
  readonly workflowId: string;
  readonly node: string;
  readonly blocksAhead: number;
  readonly heightTimeoutSeconds: number;
}

export type PlannedWork = { readonly afterMs: number } & (
  | { readonly task: PlannedTask }
  | { readonly runbook: PlannedRunbook }
  | { readonly rollingRestart: PlannedRollingRestart }
);

/** Milliseconds between two draws. */
const PAUSE_MS = [300, 1_500] as const;
/** Kinds that need a node to themselves. */
const exclusiveKinds: readonly TaskKind[] = [
  'RestartSeid',
  'RestartSeid',
  'MarkReady',
  'DiscoverPeers',
  'UpdateNodeImage',
];

/** What operators do, without an end: `afterMs` after the work before. */
export function* planWork(seed: number, nodes: readonly PlannedNode[]): Generator<PlannedWork, never, undefined> {
  const random = new Random(seed, 'work');
  let kinds: TaskKind[] = [];
  for (let index = 0; ; index += 1) {
    const afterMs = random.integer(...PAUSE_MS);
    const name = `task-${String(index).padStart(4, '0')}`;
    const what = random.integer(1, 100);
    if (what <= 8) {
      yield { afterMs, runbook: drawRunbook(random, `runbook-${index}`, nodes) };
    } else if (what <= 20) {
      yield* drawBurst(random, { afterMs, name, nodes });
    } else {
      if (kinds.length === 0) kinds = random.shuffle(kindsByWeight);
      yield {
        afterMs,
        task: drawTask(random, { name, node: drawNode(random, nodes), kind: kinds.pop() ?? 'RestartSeid' }),
      };
    }
  }
}

function drawRunbook(random: Random, workflowId: string, nodes: readonly PlannedNode[]): PlannedRunbook {
  return {
    workflowId,
    node: random.pick(nodes).name,
    blocksAhead: random.integer(0, 40),
    heightTimeoutSeconds: random.integer(8, 25),
  };
}

/** Several operators want one node at the same time. */
function* drawBurst(
  random: Random,
  { afterMs, name, nodes }: { readonly afterMs: number; readonly name: string; readonly nodes: readonly PlannedNode[] },
): Generator<PlannedWork, void, undefined> {
  const node = random.pick(nodes).name;
  for (let member = 0, size = random.integer(2, 4); member < size; member += 1) {
    const pauseMs = member === 0 ? afterMs : random.integer(0, 50);
    if (random.chance(15))
      yield { afterMs: pauseMs, runbook: { ...drawRunbook(random, `runbook-of-${name}-${member}`, nodes), node } };
    else
      yield {
        afterMs: pauseMs,
        task: drawTask(random, { name: `${name}-${member}`, node, kind: random.pick(exclusiveKinds) }),
      };
  }
}
