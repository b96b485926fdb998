import { now } from '../dev/now.ts';
import type { ServiceStack } from '../dev/start-service-stack.ts';
import type { SeenTask } from '../dev/task-watch.ts';

export interface Restart {
  readonly name: string;
  readonly node: string;
  readonly signal: AbortSignal;
  /** Longest time to its end, in milliseconds. Default: that of the watch, 120,000. */
  readonly timeoutMs?: number;
}

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
 * Creates a RestartSeid and waits until a watch brings its end.
 *
 * @throws Error when it is not Complete then.
 */
export async function restartAndWait(stack: ServiceStack, { name, node, ...follow }: Restart): Promise<SeenTask> {
  const finished = stack.watch.follow(name, follow);
  await stack.restart(name, node);
  const seen = await finished;
  if (seen.task.status?.phase !== 'Complete') throw notComplete(seen);
  return seen;
}

/** As `restartAndWait`, with what the sidecar saw of it. */
export async function measureRestart(stack: ServiceStack, options: Restart): Promise<RestartTimes> {
  const created = now();
  const seen = await restartAndWait(stack, options);
  const { requests, tasks } = stack.fleet.node(stack.namespace, options.node);
  const id = seen.task.status?.task?.id ?? '';
  const post = requests.findLast(({ method, body }) => method === 'POST' && body.includes(id));
  const completedAt = tasks.find((sidecarTask) => sidecarTask.id === id)?.completedAt;
  if (post === undefined || completedAt === undefined) throw notComplete(seen);
  return { created, posted: post.at, done: Date.parse(completedAt), terminal: seen.at };
}

function notComplete({ task }: SeenTask): Error {
  return new Error(`The restart ${task.metadata.name} did not complete: ${JSON.stringify(task.status)}`);
}
