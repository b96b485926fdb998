import { decideGuard } from '../core/guard/decide-guard.ts';
import type { Options } from './arguments.ts';
import { BenchChain } from './bench-chain.ts';
import { percentile } from './percentile.ts';
import { atMost, resultOf, type Result } from './result.ts';
import type { BenchRun } from './start-bench-stack.ts';

const MICROSECONDS_PER_MS = 1_000;
/** Runs that are not counted: V8 compiles in them. */
const WARM_UP_RUNS = 50;

/** Measures the CPU time of an evaluation of the guard on a chain whose answers are in memory. Needs no servers. */
export async function measureGuard(
  { validators, sources, runs }: Options<'guard'>,
  { progress, ending }: BenchRun,
): Promise<Result[]> {
  const chain = new BenchChain(validators, sources);
  const [parsing, deciding]: [number[], number[]] = [[], []];
  for (let run = 0; run < WARM_UP_RUNS + runs; run++) {
    ending.signal.throwIfAborted();
    const before = process.cpuUsage();
    const observation = await chain.observe();
    const parsed = process.cpuUsage();
    const { isAllowed, message } = decideGuard(observation, situationOf(chain), SETTINGS, chain.nowMs);
    const decided = process.cpuUsage();
    if (!isAllowed) throw new Error(`The guard did not allow a restart: ${message}`);
    if (run < WARM_UP_RUNS) continue;
    parsing.push(msBetween(before, parsed));
    deciding.push(msBetween(parsed, decided));
  }
  progress(`${validators} validators, ${sources} sources: ${chain.bytes} bytes are parsed for each evaluation`);
  return [
    resultOf({ metric: 'CPU of one evaluation, p50', unit: 'ms', value: percentile(deciding, 50), goal: atMost(5, 1) }),
    resultOf({ metric: 'CPU of one evaluation, p99', unit: 'ms', value: percentile(deciding, 99) }),
    resultOf({ metric: 'CPU of parsing what it is decided on, p50', unit: 'ms', value: percentile(parsing, 50) }),
    resultOf({ metric: 'CPU of parsing what it is decided on, p99', unit: 'ms', value: percentile(parsing, 99) }),
  ];
}

const SETTINGS = { minSources: 2, overridden: [] };

function situationOf({ target, chainId, nowMs }: BenchChain): Parameters<typeof decideGuard>[1] {
  const node = { ...target, chainId, role: 'validator', isPaused: false, isUpdating: false } as const;
  return { target: node, cluster: '', recent: [], permittedAtMs: nowMs };
}

function msBetween(before: NodeJS.CpuUsage, after: NodeJS.CpuUsage): number {
  return (after.user - before.user + after.system - before.system) / MICROSECONDS_PER_MS;
}
