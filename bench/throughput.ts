import type { Options } from './arguments.ts';
import { instantNodes, startBenchStack, type BenchRun } from './start-bench-stack.ts';
import { Load, WARM_UP } from './load.ts';
import { sumOf, type Round } from './round.ts';
import { atMost, ratioAtMost, resultOf, type Result } from './result.ts';

/** At which the rate must be about the same. */
const OTHER_LOADS = [8, 200];

/** Measures how many RestartSeid go through, and what each costs, on sidecars that are done at once. */
export async function measureThroughput(options: Options<'throughput'>, run: BenchRun): Promise<Result[]> {
  const { tasks, nodes, 'at-once': atOnce, rounds, others } = options;
  await using bench = await startBenchStack({ nodes: instantNodes(nodes) }, run);
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
