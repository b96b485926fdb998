import type { Options } from './arguments.ts';
import { instantNodes, startBenchStack, type BenchRun } from './start-bench-stack.ts';
import { usageOf } from './process-usage.ts';
import { FOR_EVER_MS, reached } from './reached.ts';
import { measureRound } from './round.ts';
import { atMost, resultOf, type Result } from './result.ts';
import { eachAtOnce } from './series.ts';

/** Requests that create a resource, at the same time. */
const CREATED_AT_ONCE = 32;
/** Workflows of the floor that are open at the same time. */
const FLOOR_AT_ONCE = 64;

/** Measures what the service makes of many resources that were created while it was away. */
export async function measureStorm({ tasks, nodes }: Options<'storm'>, run: BenchRun): Promise<Result[]> {
  const {
    progress,
    ending: { signal },
  } = run;
  await using bench = await startBenchStack({ nodes: instantNodes(nodes) }, run);
  const { stack, floor } = bench;
  const floorRound = await measureRound(
    { what: 'floor', tasks, pid: floor.pid, servers: stack.servers, progress },
    () => floor.run(tasks, FLOOR_AT_ONCE),
  );

  let complete = 0;
  let ended = 0;
  const create = async (index: number): Promise<void> => {
    const name = `storm-${index}`;
    stack.watch
      .follow(name, { signal, timeoutMs: FOR_EVER_MS })
      .then(({ task }) => {
        ended += 1;
        return task.status?.phase === 'Complete' && (complete += 1);
      })
      .catch(() => undefined);
    await stack.restart(name, `node-${index % nodes}`);
  };
  let startedAt = 0;
  await stack.withoutService(async () => {
    progress(`the service is away: ${tasks} tasks are created`);
    await eachAtOnce(tasks, CREATED_AT_ONCE, create);
    startedAt = performance.now();
    progress('the service starts');
  });
  const readyMs = performance.now() - startedAt;
  await reached(tasks, () => ended, signal);
  const seconds = (performance.now() - startedAt) / 1_000;
  const { cpuMs, peakMb, residentMb } = await usageOf(stack.service.process.pid);
  return [
    resultOf({ metric: 'start of the service → ready', unit: 's', value: readyMs / 1_000 }),
    resultOf({
      metric: `start of the service → last of ${tasks} ends`,
      unit: 's',
      value: seconds,
      floor: tasks / floorRound.perSecond,
    }),
    resultOf({ metric: 'CPU of our process per task', unit: 'ms', value: cpuMs / tasks, floor: floorRound.cpuMs.own }),
    resultOf({ metric: 'without an end', unit: 'tasks', value: tasks - ended, goal: atMost(0) }),
    resultOf({ metric: 'ended otherwise than Complete', unit: 'tasks', value: ended - complete }),
    resultOf({
      metric: 'peak of the memory of our process',
      unit: 'MB',
      value: peakMb,
      floor: floorRound.peakMb,
      goal: atMost(1_024, 600),
    }),
    resultOf({ metric: 'its memory at the end', unit: 'MB', value: residentMb, floor: floorRound.residentMb }),
  ];
}
