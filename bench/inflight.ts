import { setTimeout as sleep } from 'node:timers/promises';
import type { SimulatedNode } from '../simulator/simulated-node.ts';
import { now } from '../dev/now.ts';
import type { SeenTask } from '../dev/task-watch.ts';
import type { Options } from './arguments.ts';
import { startBenchStack, type BenchRun, type BenchStack } from './start-bench-stack.ts';
import { percentile } from './percentile.ts';
import { usageOf } from './process-usage.ts';
import { FOR_EVER_MS, reached } from './reached.ts';
import { atMost, resultOf, type Result } from './result.ts';
import { eachAtOnce } from './series.ts';

/** Of one process of the service (MAX_CONCURRENT_POLLS), and of the floor. */
const MOST = 10_000;
/** Requests that create a resource, at the same time. */
const CREATED_AT_ONCE = 32;
/** Far above any height that the chain reaches by itself. */
const FIRST_HEIGHT = 1_000_000_000;
const BLOCK_MS = 400;
/** Thousands of waits that look at their node every 20 ms would leave nothing of the machine. */
const SIDECAR_LOOK_MS = 1_000;
/** Ends of the floor that are measured: its lags do not change with more of them, and 10,000 would take 17 minutes. */
const FLOOR_ENDS = 2_000;
/** By then each wait has been polled several times at its longest interval. */
const SETTLED_MS = 60_000;
const WATCHED_MS = 20_000;

/**
 * Measures many AwaitNodesAtHeight at once in one worker: what they take while they wait, and how late their ends are
 * told.
 */
export async function measureInflight(options: Options<'inflight'>, run: BenchRun): Promise<Result[]> {
  if (options.tasks > MOST)
    throw new Error(`--tasks ${options.tasks} is more than one process polls at a time: give ${MOST} or fewer.`);
  const nodes = Array.from({ length: options.nodes }, (_, index) => ({
    name: nodeOf(index),
    pollIntervalMs: SIDECAR_LOOK_MS,
  }));
  await using bench = await startBenchStack({ nodes }, run);
  const floor = await measureFloor(bench, options, run);
  const ours = await measureOurs(bench, options, run);
  const { tasks, ends } = options;
  return [
    resultOf({
      metric: `begun, of ${tasks}`,
      unit: 'tasks/s',
      value: ours.begunPerSecond,
      floor: floor.begunPerSecond,
    }),
    resultOf({
      metric: `memory of our process with ${tasks} in flight`,
      unit: 'MB',
      value: ours.residentMb,
      floor: floor.residentMb,
      goal: atMost(2_048, 1_024),
    }),
    resultOf({ metric: 'peak of its memory until the last end', unit: 'MB', value: ours.peakMb, floor: floor.peakMb }),
    resultOf({ metric: 'CPU of our process while they wait', unit: '% of a core', value: ours.waitingCpu }),
    resultOf({
      metric: 'polls of a sidecar per second and task, after a minute',
      unit: '',
      value: ours.pollsPerSecond,
      goal: atMost(0.35, 0.2),
    }),
    resultOf({ metric: 'lost', unit: 'tasks', value: tasks - ours.lags.length, goal: atMost(0) }),
    resultOf({
      metric: `lag of the end, ${ends} a second, p50`,
      unit: 'ms',
      value: percentile(ours.lags, 50),
      floor: percentile(floor.lags, 50),
    }),
    resultOf({
      metric: `lag of the end, ${ends} a second, p99`,
      unit: 'ms',
      value: percentile(ours.lags, 99),
      floor: percentile(floor.lags, 99),
      goal: atMost(15_000, 6_000),
    }),
  ];
}

interface Figures {
  readonly begunPerSecond: number;
  readonly residentMb: number;
  readonly peakMb: number;
  /** From the end of a wait to its being told, in milliseconds. */
  readonly lags: readonly number[];
}

async function measureFloor(
  { floor }: BenchStack,
  { tasks, ends }: Options<'inflight'>,
  { progress }: BenchRun,
): Promise<Figures> {
  progress(`floor: ${tasks} workflows`);
  const begunPerSecond = await rateOf(tasks, () => floor.hold(tasks));
  const { residentMb } = await usageOf(floor.pid);
  progress(
    `floor: all wait, ${begunPerSecond.toFixed(2)} begun a second, ${Math.round(residentMb)} MB; ${ends} end each second`,
  );
  const lags = await floor.release(FLOOR_ENDS, ends);
  return { begunPerSecond, residentMb, peakMb: (await usageOf(floor.pid)).peakMb, lags };
}

interface OurFigures extends Figures {
  /** In percent of a core. */
  readonly waitingCpu: number;
  readonly pollsPerSecond: number;
}

async function measureOurs(
  bench: BenchStack,
  options: Options<'inflight'>,
  { progress, ending: { signal } }: BenchRun,
): Promise<OurFigures> {
  const { tasks, ends } = options;
  const { stack } = bench;
  const waits = new Waits(bench, options, signal);
  progress(`ours: ${tasks} waits`);
  const begunPerSecond = await rateOf(tasks, () => waits.begin());
  const { pid } = stack.service.process;
  const { residentMb } = await usageOf(pid);
  progress(`ours: all wait, ${begunPerSecond.toFixed(2)} begun a second, ${Math.round(residentMb)} MB`);
  await sleep(SETTLED_MS, undefined, { signal });
  const { cpuMs } = await usageOf(pid);
  await sleep(WATCHED_MS, undefined, { signal });
  const waitingCpu = (((await usageOf(pid)).cpuMs - cpuMs) / WATCHED_MS) * 100;
  const pollsPerSecond = stack.fleet.nodes.reduce((sum, node) => sum + pollRate(node), 0) / tasks;
  progress(
    `ours: ${waitingCpu.toFixed(0)} % of a core, ${pollsPerSecond.toFixed(2)} polls a second and task; ${ends} end each second`,
  );
  await stack.fleet.setHeight(FIRST_HEIGHT - 1);
  const lags = await waits.lags();
  return { begunPerSecond, residentMb, peakMb: (await usageOf(pid)).peakMb, lags, waitingCpu, pollsPerSecond };
}

async function rateOf(tasks: number, work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (tasks / (performance.now() - startedAt)) * 1_000;
}

/** A node keeps a number of requests, so the time that they cover is looked at too. */
function pollRate({ requests }: SimulatedNode): number {
  const until = now();
  const recent = requests.filter(({ method, at }) => method === 'GET' && at > until - WATCHED_MS);
  const [oldest] = recent;
  return oldest === undefined ? 0 : recent.length / ((until - oldest.at) / 1_000);
}

function nodeOf(index: number): string {
  return `node-${index}`;
}

/** AwaitNodesAtHeight, each with a height of its own or a few to a block, so that they end one after the other. */
class Waits {
  readonly #bench: BenchStack;
  readonly #options: Options<'inflight'>;
  readonly #signal: AbortSignal;
  /** Ids at the sidecar, as far as a status has told them; the key is the task's number. */
  readonly #ids = new Map<number, string>();
  readonly #lags: number[] = [];

  constructor(bench: BenchStack, options: Options<'inflight'>, signal: AbortSignal) {
    this.#bench = bench;
    this.#options = options;
    this.#signal = signal;
  }

  /** @returns once the sidecars have all of them. @throws Error when no more begin. */
  async begin(): Promise<void> {
    const { tasks } = this.#options;
    await eachAtOnce(tasks, CREATED_AT_ONCE, (index) => this.#create(index));
    const begun = await reached(
      tasks,
      () => [...this.#ids].filter(([index, id]) => this.#sidecarOf(index).task(id) !== undefined).length,
      this.#signal,
    );
    if (begun < tasks) throw new Error(`Only ${begun} of ${tasks} waits have begun. Look at the service's log.`);
  }

  /** Milliseconds from each end at the sidecar to the terminal status; none for those that are lost. */
  async lags(): Promise<number[]> {
    await reached(this.#options.tasks, () => this.#lags.length, this.#signal);
    return this.#lags;
  }

  async #create(index: number): Promise<void> {
    const { stack } = this.#bench;
    const { nodes, ends } = this.#options;
    const name = `wait-${index}`;
    const finished = stack.watch.follow(name, {
      signal: this.#signal,
      timeoutMs: FOR_EVER_MS,
      onState: ({ task }) => void (task.status?.task?.id && this.#ids.set(index, task.status.task.id)),
    });
    finished.then((seen) => this.#note(index, seen)).catch(() => undefined);
    const targetHeight = FIRST_HEIGHT + Math.floor((index * 1_000) / (ends * BLOCK_MS));
    await stack.createTask(name, {
      kind: 'AwaitNodesAtHeight',
      target: { nodeRef: { name: nodeOf(index % nodes) } },
      awaitNodesAtHeight: { targetHeight },
    });
  }

  #note(index: number, { task, at }: SeenTask): void {
    const completedAt = this.#sidecarOf(index).task(task.status?.task?.id ?? '')?.completedAt;
    if (task.status?.phase === 'Complete' && completedAt !== undefined) this.#lags.push(at - Date.parse(completedAt));
  }

  #sidecarOf(index: number): SimulatedNode['sidecar'] {
    const { fleet, namespace } = this.#bench.stack;
    return fleet.node(namespace, nodeOf(index % this.#options.nodes)).sidecar;
  }
}
