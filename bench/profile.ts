import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Options } from './arguments.ts';
import { instantNodes, startBenchStack, type BenchRun } from './start-bench-stack.ts';
import { Load } from './load.ts';
import { resultOf, type Result } from './result.ts';
import { timeByPart, type CpuProfile } from './time-by-part.ts';

/** Parts that take less than this share of a thread's time are summed up. */
const LEAST_SHARE = 0.02;

/**
 * Measures what the service spends its CPU time on: RestartSeid on sidecars that are done at once, with V8's profiler
 * in both threads, which takes CPU time itself. Its start is left out.
 */
export async function measureProfile(
  { tasks, nodes, 'at-once': atOnce }: Options<'profile'>,
  run: BenchRun,
): Promise<Result[]> {
  const directory = await mkdtemp(join(tmpdir(), 'sei-node-tasks-profile-'));
  try {
    const serviceFlags = ['--cpu-prof', `--cpu-prof-dir=${directory}`];
    await using bench = await startBenchStack({ nodes: instantNodes(nodes), serviceFlags }, run);
    const load = new Load(bench, nodes, run);
    await load.warmUp();
    const fromUs = nowUs();
    await load.ours('with the profiler', tasks, atOnce);
    const untilUs = nowUs();
    // A profile is written when its process ends.
    await bench.stack.service.process.stop(30_000);
    const profiles = await profilesIn(directory);
    return profiles.flatMap((profile) => resultsOf(profile, { fromUs, untilUs, tasks }));
  } finally {
    await rm(directory, { recursive: true });
  }
}

function resultsOf(
  profile: CpuProfile,
  { tasks, ...window }: { readonly fromUs: number; readonly untilUs: number; readonly tasks: number },
): Result[] {
  const parts = [...timeByPart(profile, window)].toSorted(([, a], [, b]) => b - a);
  const total = parts.reduce((sum, [, ms]) => sum + ms, 0);
  const thread = parts.some(([part]) => part === 'workflow bundle') ? 'workflow thread' : 'main thread';
  const rest = parts.filter(([, ms]) => ms < LEAST_SHARE * total);
  const rows: [string, number][] = [
    ['all', total],
    ...parts.filter(([, ms]) => ms >= LEAST_SHARE * total),
    [`${rest.length} others`, rest.reduce((sum, [, ms]) => sum + ms, 0)],
  ];
  return rows.map(([part, ms]) => resultOf({ metric: `${thread}: ${part}`, unit: 'ms/task', value: ms / tasks }));
}

async function profilesIn(directory: string): Promise<CpuProfile[]> {
  const names = (await readdir(directory)).toSorted();
  return await Promise.all(
    names.map(async (name) => JSON.parse(await readFile(join(directory, name), 'utf8')) as CpuProfile),
  );
}

/** V8 stamps its samples with the same monotonic clock. */
function nowUs(): number {
  return Number(process.hrtime.bigint() / 1_000n);
}
