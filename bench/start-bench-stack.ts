import type { ProgressReporter } from '../dev/progress-reporter.ts';
import { startServiceStack, type ServiceStack, type ServiceStackOptions } from '../dev/start-service-stack.ts';
import { startFloor, type Floor } from './floor/start-floor.ts';

/** What every benchmark is given. */
export interface BenchRun {
  /** Takes one line per step. */
  readonly progress: ProgressReporter;
  /** Where data and logs go. */
  readonly directory: string;
  /** Aborted when somebody interrupts, or a server ends. */
  readonly ending: AbortController;
}

/** The service as a process of its own, everything that it works with, and the floor. */
export interface BenchStack extends AsyncDisposable {
  readonly stack: ServiceStack;
  readonly floor: Floor;
}

/** Starts the servers, the nodes, the service and the floor. */
export async function startBenchStack(
  options: Pick<ServiceStackOptions, 'nodes' | 'serviceFlags'>,
  { progress, directory, ending }: BenchRun,
): Promise<BenchStack> {
  await using started = new AsyncDisposableStack();
  const stack = started.use(
    await startServiceStack({
      chain: { chainId: 'bench-1' },
      ...options,
      progress,
      directory,
      onUnexpectedExit: (error) => ending.abort(error),
      signal: ending.signal,
    }),
  );
  const floor = started.use(await startFloor(stack.servers, ending.signal));
  const running = started.move();
  return { stack, floor, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/**
 * Nodes whose sidecars are done with a task as soon as they have taken it, so that only the service's own work is left.
 */
export function instantNodes(count: number): { name: string; instantTasks: boolean }[] {
  return Array.from({ length: count }, (_, index) => ({ name: `node-${index}`, instantTasks: true }));
}
