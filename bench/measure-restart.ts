import { SEI_NODE_TASK } from '../api/resources.ts';
import { now } from '../dev/now.ts';
import type { LocalStack } from '../dev/start-local-stack.ts';

/** Moments of one restart, in milliseconds since 1970. */
export interface RestartTimes {
  /** Our request that creates the resource goes out. */
  readonly created: number;
  /** The POST arrives at the sidecar. */
  readonly posted: number;
  /** The sidecar's own `completedAt`. */
  readonly done: number;
  /** A watch brings the resource in its terminal phase. */
  readonly terminal: number;
}

/**
 * Creates a RestartSeid and waits until it is Complete.
 *
 * @throws Error when it ends in any other way.
 */
export async function measureRestart(
  { namespace, fleet, tasks, watch }: LocalStack,
  { name, node, signal }: { readonly name: string; readonly node: string; readonly signal: AbortSignal },
): Promise<RestartTimes> {
  const finished = watch.follow(name, { signal });
  const created = now();
  await tasks.create(namespace, {
    apiVersion: `${SEI_NODE_TASK.group}/${SEI_NODE_TASK.version}`,
    kind: SEI_NODE_TASK.kind,
    metadata: { name },
    spec: { kind: 'RestartSeid', target: { nodeRef: { name: node } }, restartSeid: {} },
  });
  const { task, at: terminal } = await finished;
  const { requests, tasks: sidecarTasks } = fleet.node(namespace, node);
  const id = task.status?.task?.id ?? '';
  const post = requests.findLast(({ method, body }) => method === 'POST' && body.includes(id));
  const completedAt = sidecarTasks.find((sidecarTask) => sidecarTask.id === id)?.completedAt;
  if (task.status?.phase !== 'Complete' || post === undefined || completedAt === undefined) {
    throw new Error(`the restart ${name} did not complete: ${JSON.stringify(task.status)}`);
  }
  return { created, posted: post.at, done: Date.parse(completedAt), terminal };
}
