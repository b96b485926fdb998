import type { Options } from './arguments.ts';
import { startBenchStack, type BenchRun } from './start-bench-stack.ts';
import { percentile } from './percentile.ts';
import { atMost, ratioAtMost, resultOf, type Goal, type Result } from './result.ts';
import { eachAtOnce, eachInTurn, eachStaggered } from './series.ts';
import { measureRestart, type RestartTimes } from './restart-and-wait.ts';

const SERIAL_NODE = 'serial';
const INSTANT_NODE = 'instant';
const QUEUE_NODE = 'queue';
/** Enough that a restart of 5 s can begin every 500 ms with no two on one node. */
const LONG_NODES = Array.from({ length: 12 }, (_, index) => `long-${index}`);
const STAGGER_MS = 500;
/** Makes a restart of the simulated seid a task of 5 s; the rest is its process that ends and starts. */
const SLOW_STOP_MS = 4_800;
const NODES = [
  { name: SERIAL_NODE },
  { name: INSTANT_NODE, instantTasks: true },
  { name: QUEUE_NODE },
  ...LONG_NODES.map((name) => ({ name, faults: { slowStopMs: SLOW_STOP_MS } })),
];
/** Not measured: the first restarts after the start fill caches and open connections. */
const WARM_UP = 5;
/** For the last one in a queue, in milliseconds. */
const QUEUE_MS = 1_800_000;

/** Measures how long a RestartSeid takes in addition to the sidecar's own work. */
export async function measureLatency({ restarts, waiters }: Options<'latency'>, run: BenchRun): Promise<Result[]> {
  await using bench = await startBenchStack({ nodes: NODES }, run);
  const { stack, floor } = bench;
  const {
    progress,
    ending: { signal },
  } = run;
  const measure = (name: string, node: string): Promise<RestartTimes> => measureRestart(stack, { name, node, signal });

  progress(`warming up: ${WARM_UP} restarts`);
  await floor.run(WARM_UP, 1);
  await eachInTurn(WARM_UP, (index) => measure(`warm-up-${index}`, SERIAL_NODE));
  progress(`${restarts} restarts, one after the other, each after a workflow of the floor`);
  const second: number[] = [];
  const serial = await eachInTurn(restarts, async (index) => {
    second.push(...(await floor.run(1, 1)));
    return await measure(`serial-${index}`, SERIAL_NODE);
  });
  progress(`${restarts} restarts on a sidecar that is done at once, one after the other`);
  const instant = await eachInTurn(restarts, (index) => measure(`instant-${index}`, INSTANT_NODE));
  progress(`${restarts} restarts of 5 s, one begun every ${STAGGER_MS} ms`);
  const long = await eachStaggered(restarts, STAGGER_MS, (index) =>
    measure(`long-${index}`, LONG_NODES[index % LONG_NODES.length] ?? ''),
  );
  progress(`${waiters + 1} restarts of one node at once`);
  const queue = await eachAtOnce(waiters + 1, waiters + 1, (index) =>
    measureRestart(stack, { name: `queue-${index}`, node: QUEUE_NODE, signal, timeoutMs: QUEUE_MS }),
  );

  const posting = serial.map(({ created, posted }) => posted - created);
  return [
    ...percentilesOf('create → POST at the sidecar', posting, { p50: atMost(150), p99: atMost(500) }),
    resultOf({
      metric: 'the same, floor: start → second activity, p50',
      unit: 'ms',
      value: percentile(posting, 50),
      floor: percentile(second, 50),
      goal: ratioAtMost(2, 1.3),
    }),
    ...percentilesOf(
      'sidecar done → terminal status, 5 s task',
      long.map(({ done, terminal }) => terminal - done),
      { p50: atMost(300, 100) },
    ),
    ...percentilesOf(
      'create → Complete, instant sidecar',
      instant.map(({ created, terminal }) => terminal - created),
      { p50: atMost(300) },
    ),
    ...percentilesOf(`done → next POST, ${waiters} waiters on one node`, turns(queue), { p50: atMost(1_000, 300) }),
  ];
}

/** From the end of each restart at the sidecar to the POST of the one that came next. */
function turns(restarts: readonly RestartTimes[]): number[] {
  const inOrder = restarts.toSorted((a, b) => a.posted - b.posted);
  return inOrder.slice(1).map(({ posted }, index) => posted - (inOrder[index]?.done ?? Number.NaN));
}

function percentilesOf(
  metric: string,
  milliseconds: readonly number[],
  goals: { readonly p50: Goal; readonly p99?: Goal },
): Result[] {
  const line = (percent: number, goal: Goal | undefined): Result =>
    resultOf({
      metric: `${metric}, p${percent}`,
      unit: 'ms',
      value: percentile(milliseconds, percent),
      ...(goal && { goal }),
    });
  return [line(50, goals.p50), line(99, goals.p99)];
}
