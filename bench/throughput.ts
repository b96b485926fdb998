import type { Options } from './arguments.ts';
import { instantNodes, startBenchStack, type BenchRun, type BenchStack } from './bench-stack.ts';
import { restart } from './tasks.ts';
import { measureRound, sumOf, type Round } from './round.ts';
import { atMost, ratioAtMost, resultOf, type Result } from './result.ts';
import { eachAtOnce } from './series.ts';

/** Not measured: the first ones after the start fill caches and open connections. */
const WARM_UP = 20;
/** At which the rate must be about the same. */
const OTHER_LOADS = [8, 200];

/** Measures how many RestartSeid go through, and what each costs, on sidecars that are done at once. */
export async function measureThroughput(options: Options<'throughput'>, run: BenchRun): Promise<Result[]> {
  const { tasks, nodes, 'at-once': atOnce, rounds, others } = options;
  await using bench = await startBenchStack(instantNodes(nodes), run);
  const load = new Load(bench, nodes, run);
  await load.warmUp();

  const floors: Round[] = [];
  const ours: Round[] = [];
  for (let turn = 1; turn <= rounds; turn += 1) {
    floors.push(await load.floor(`turn ${turn} of ${rounds}, floor`, tasks, atOnce));
    ours.push(await load.ours(`turn ${turn} of ${rounds}, ours`, tasks, atOnce));
  }
  const [floor, own] = [sumOf(floors), sumOf(ours)];
  const results = resultsOf(options, floor, own);
  for (const other of others === 0 ? [] : OTHER_LOADS) {
    const round = await load.ours(`${other} at a time`, others, other);
    results.push(
      resultOf({
        metric: `rate with ${other} at a time, less that with ${atOnce}`,
        unit: '%',
        value: (round.perSecond / own.perSecond - 1) * 100,
        goal: { of: 'value', bound: 'at least', must: -20, aim: -10 },
      }),
    );
  }
  return results;
}

function resultsOf({ tasks, 'at-once': atOnce, rounds }: Options<'throughput'>, floor: Round, own: Round): Result[] {
  return [
    resultOf({
      metric: `rate, ${atOnce} at a time`,
      unit: 'tasks/s',
      value: own.perSecond,
      floor: floor.perSecond,
      goal: { of: 'ratio', bound: 'at least', must: 0.8, aim: 1.1 },
    }),
    resultOf({
      metric: 'CPU of our process per task',
      unit: 'ms',
      value: own.cpuMs.own,
      floor: floor.cpuMs.own,
      goal: ratioAtMost(1.6, 1.2),
    }),
    resultOf({
      metric: 'CPU of the Temporal server per task',
      unit: 'ms',
      value: own.cpuMs.temporal,
      floor: floor.cpuMs.temporal,
      goal: ratioAtMost(1.1, 0.9),
    }),
    resultOf({ metric: 'CPU of API server and etcd per task', unit: 'ms', value: own.cpuMs.kubernetes }),
    resultOf({
      metric: `memory of our process after ${tasks * rounds + WARM_UP} tasks`,
      unit: 'MB',
      value: own.residentMb,
      floor: floor.residentMb,
      goal: atMost(600, 350),
    }),
  ];
}

/** Makes tasks and workflows, and measures what they cost. */
class Load {
  readonly #bench: BenchStack;
  readonly #nodes: number;
  readonly #run: BenchRun;
  #created = 0;

  constructor(bench: BenchStack, nodes: number, run: BenchRun) {
    this.#bench = bench;
    this.#nodes = nodes;
    this.#run = run;
  }

  async warmUp(): Promise<void> {
    this.#run.progress(`warming up: ${WARM_UP} tasks`);
    await this.#bench.floor.run(WARM_UP, WARM_UP);
    await this.#restarts(WARM_UP, WARM_UP);
  }

  async floor(what: string, tasks: number, atOnce: number): Promise<Round> {
    const { floor, stack } = this.#bench;
    return await measureRound({ what, tasks, pid: floor.pid, servers: stack.servers, progress: this.#run.progress }, () => floor.run(tasks, atOnce));
  }

  async ours(what: string, tasks: number, atOnce: number): Promise<Round> {
    const { stack } = this.#bench;
    return await measureRound({ what, tasks, pid: stack.service.process.pid, servers: stack.servers, progress: this.#run.progress }, () =>
      this.#restarts(tasks, atOnce),
    );
  }

  async #restarts(count: number, atOnce: number): Promise<void> {
    await eachAtOnce(count, atOnce, async () => {
      const number = this.#created;
      this.#created += 1;
      await restart(this.#bench.stack, { name: `restart-${number}`, node: `node-${number % this.#nodes}`, signal: this.#run.ending.signal });
    });
  }
}
