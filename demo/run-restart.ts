import { setTimeout as sleep } from 'node:timers/promises';
import type { Condition, SeiNodeTask } from '../api/sei-node-task.ts';
import type { SeenTask } from '../dev/task-watch.ts';
import type { SimulatedNode } from '../simulator/simulated-node.ts';
import { restartManifest } from './manifest.ts';
import { snapshotOf, type NodeSnapshot } from './node-snapshot.ts';
import { Stopwatch } from './stopwatch.ts';
import type { Story } from './story.ts';
import { watchSeid } from './watch-seid.ts';

export interface RestartReport {
  readonly task: SeiNodeTask;
  /** Steps that its status named on the way. */
  readonly steps: readonly string[];
  /** From the command until the task was over. */
  readonly seconds: string;
  readonly before: NodeSnapshot;
  readonly after: NodeSnapshot;
  /** Exit code of `kubectl wait`; `undefined` without kubectl. */
  readonly waitCode: number | undefined;
}

/** Creates a RestartSeid as an operator would and shows each step until it is over. */
export async function runRestart(
  { stack, operator, signal }: Story,
  restart: {
    name: string;
    node: string;
    /** Done once the sidecar has the task. */
    meanwhile?: (stopwatch: Stopwatch) => Promise<void>;
  },
): Promise<RestartReport> {
  const { namespace } = stack;
  const node = stack.fleet.node(namespace, restart.node);
  const manifest = restartManifest({ namespace, ...restart });
  operator.announceApply(manifest);

  const before = await snapshotOf(node);
  const stopwatch = new Stopwatch();
  using watching = new DisposableStack();
  watching.use(watchSeid(node, stopwatch));
  const show = showStates(stopwatch);
  const steps = new Set<string>();
  const finished = stack.watch
    .follow(restart.name, {
      onState: (seen) => {
        show(seen);
        steps.add(seen.task.status?.step ?? '');
      },
      signal,
    })
    .then(({ task }) => ({ task, seconds: stopwatch.seconds }));
  const applied = operator.apply(manifest, stopwatch);
  const waited = applied.then(() => operator.waitUntilFinished(restart.name, stopwatch));
  const interrupted =
    restart.meanwhile === undefined ? undefined : afterPost(node, before).then(() => restart.meanwhile?.(stopwatch));
  const [end, waitCode] = await Promise.all([finished, waited, interrupted]);
  return { ...end, steps: [...steps], before, after: await snapshotOf(node), waitCode };
}

async function afterPost(node: SimulatedNode, before: NodeSnapshot): Promise<void> {
  while ((await snapshotOf(node)).posts === before.posts) await sleep(20);
}

/** Prints the phase of each state, and the step or what is new among its conditions. */
function showStates(stopwatch: Stopwatch): (seen: SeenTask) => void {
  let known: readonly Condition[] = [];
  return ({ task: { status } }) => {
    const conditions = status?.conditions ?? [];
    const fresh = conditions.find(
      (condition) => !known.some(({ type, status: was }) => type === condition.type && was === condition.status),
    );
    known = conditions;
    const phase = status?.phase ?? 'created';
    if (fresh === undefined) stopwatch.lap(`${phase.padEnd(8)}   ${status?.step ?? ''}`.trimEnd());
    else stopwatch.lap(`${phase.padEnd(8)}   ${fresh.type}=${fresh.status} ${fresh.reason}`, fresh.message);
  };
}
