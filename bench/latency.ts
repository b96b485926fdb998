import type { Options } from './arguments.ts';
import { startBenchStack, type BenchRun } from './bench-stack.ts';
import { percentile } from './percentile.ts';
import { measureRestart, type RestartTimes } from './tasks.ts';
import { resultOf, type Result } from './result.ts';
import { eachInTurn, eachStaggered } from './series.ts';

const SERIAL_NODE = 'serial';
const INSTANT_NODE = 'instant';
/** Enough that a restart of 5 s can begin every 500 ms with no two on one node. */
const LONG_NODES = Array.from({ length: 12 }, (_, index) => `long-${index}`);
const STAGGER_MS = 500;
/** Makes a restart of the simulated seid a task of 5 s; the rest is its process that ends and starts. */
const SLOW_STOP_MS = 4_800;
const NODES = [
  { name: SERIAL_NODE },
  { name: INSTANT_NODE, instantTasks: true },
  ...LONG_NODES.map((name) => ({ name, faults: { slowStopMs: SLOW_STOP_MS } })),
];
/** Not measured: the first restarts after the start fill caches and open connections. */
const WARM_UP = 5;

/** Measures how long a RestartSeid takes besides the sidecar's own work. */
export async function measureLatency({ restarts }: Options<'latency'>, run: BenchRun): Promise<Result[]> {
  await using bench = await startBenchStack(NODES, run);
  const { stack } = bench;
  const { progress, ending: { signal } } = run;
  const measure = (name: string, node: string): Promise<RestartTimes> => measureRestart(stack, { name, node, signal });

  progress(`warming up: ${WARM_UP} restarts`);
  await eachInTurn(WARM_UP, (index) => measure(`warm-up-${index}`, SERIAL_NODE));
  progress(`${restarts} restarts, one after the other`);
  const serial = await eachInTurn(restarts, (index) => measure(`serial-${index}`, SERIAL_NODE));
  progress(`${restarts} restarts on a sidecar that is done at once, one after the other`);
  const instant = await eachInTurn(restarts, (index) => measure(`instant-${index}`, INSTANT_NODE));
  progress(`${restarts} restarts of 5 s, one begun every ${STAGGER_MS} ms`);
  const long = await eachStaggered(restarts, STAGGER_MS, (index) => measure(`long-${index}`, LONG_NODES[index % LONG_NODES.length] ?? ''));

  return [
    ...percentilesOf('create → POST at the sidecar', serial.map(({ created, posted }) => posted - created), { p50: 150, p99: 500 }),
    ...percentilesOf('sidecar done → terminal status, 5 s task', long.map(({ done, terminal }) => terminal - done), { p50: 300 }),
    ...percentilesOf('create → Complete, instant sidecar', instant.map(({ created, terminal }) => terminal - created), { p50: 300 }),
  ];
}

function percentilesOf(metric: string, milliseconds: readonly number[], must: { readonly p50: number; readonly p99?: number }): Result[] {
  const line = (percent: 50 | 99, limit: number | undefined): Result => {
    const measured = { metric: `${metric}, p${percent}`, unit: 'ms', value: percentile(milliseconds, percent) };
    return resultOf(limit === undefined ? measured : { ...measured, goal: { of: 'value', bound: 'at most', must: limit } });
  };
  return [line(50, must.p50), line(99, must.p99)];
}
