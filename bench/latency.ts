import type { Progress } from '../dev/binaries/run-tool.ts';
import type { ServerExitedError } from '../dev/errors.ts';
import { startLocalStack, type LocalStack } from '../dev/start-local-stack.ts';
import { measureRestart, type RestartTimes } from './measure-restart.ts';
import { resultOf, type Result } from './result.ts';
import { measureSerially, measureStaggered } from './series.ts';

const SERIAL_NODE = 'serial';
const INSTANT_NODE = 'instant';
/** Enough that a restart of 5 s can begin every 500 ms with no two on one node. */
const LONG_NODES = Array.from({ length: 12 }, (_, index) => `long-${index}`);
const STAGGER_MS = 500;
/** Makes a restart of the simulated seid a task of 5 s; the rest is its process that ends and starts. */
const SLOW_STOP_MS = 4_800;
/** Not measured: the first restarts after the start fill caches and open connections. */
const WARM_UP = 5;

export interface LatencyOptions {
  readonly restarts: number;
  readonly progress: Progress;
  readonly ending: AbortController;
}

/** Measures how long a RestartSeid takes besides the sidecar's own work. */
export async function measureLatency({ restarts, progress, ending }: LatencyOptions): Promise<Result[]> {
  await using stack = await start(progress, ending);
  const { signal } = ending;
  const measure = (name: string, node: string): Promise<RestartTimes> => measureRestart(stack, { name, node, signal });

  progress(`warming up: ${WARM_UP} restarts`);
  await measureSerially(WARM_UP, (index) => measure(`warm-up-${index}`, SERIAL_NODE));
  progress(`${restarts} restarts, one after the other`);
  const serial = await measureSerially(restarts, (index) => measure(`serial-${index}`, SERIAL_NODE));
  progress(`${restarts} restarts on a sidecar that is done at once, one after the other`);
  const instant = await measureSerially(restarts, (index) => measure(`instant-${index}`, INSTANT_NODE));
  progress(`${restarts} restarts of 5 s, one begun every ${STAGGER_MS} ms`);
  const long = await measureStaggered(restarts, STAGGER_MS, (index) => measure(`long-${index}`, LONG_NODES[index % LONG_NODES.length] ?? ''));

  return [
    resultOf('create → POST at the sidecar', serial.map(({ created, posted }) => posted - created), { p50: 150, p99: 500 }),
    resultOf('sidecar done → terminal status, 5 s task', long.map(({ done, terminal }) => terminal - done), { p50: 300 }),
    resultOf('create → Complete, instant sidecar', instant.map(({ created, terminal }) => terminal - created), { p50: 300 }),
  ];
}

async function start(progress: Progress, ending: AbortController): Promise<LocalStack> {
  return await startLocalStack({
    chainId: 'bench-1',
    nodes: [
      { name: SERIAL_NODE },
      { name: INSTANT_NODE, instantTasks: true },
      ...LONG_NODES.map((name) => ({ name, faults: { slowStopMs: SLOW_STOP_MS } })),
    ],
    progress,
    onUnexpectedExit: (error: ServerExitedError) => ending.abort(error),
    signal: ending.signal,
  });
}
