/** Measures the service against real servers on this machine: `npm run bench -- <benchmark>`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exitWith } from '../dev/exit-with.ts';
import { EXIT_FAILED, interruptible } from '../dev/interruption.ts';
import { reportToStderr } from '../dev/progress-reporter.ts';
import { benchArguments, USAGE, type BenchArguments, type BenchName, type Options } from './arguments.ts';
import type { BenchRun } from './start-bench-stack.ts';
import { measureCost } from './cost.ts';
import { measureFinished } from './finished.ts';
import { measureGuard } from './guard.ts';
import { measureInflight } from './inflight.ts';
import { measureLatency } from './latency.ts';
import { measurePlugin } from './plugin.ts';
import { measureProfile } from './profile.ts';
import { resultTable } from './result-table.ts';
import type { Result } from './result.ts';
import { measureRunbook } from './runbook.ts';
import { measureStorm } from './storm.ts';
import { measureThroughput } from './throughput.ts';

const measurements: { readonly [Name in BenchName]: (options: Options<Name>, run: BenchRun) => Promise<Result[]> } = {
  throughput: measureThroughput,
  inflight: measureInflight,
  storm: measureStorm,
  cost: measureCost,
  latency: measureLatency,
  profile: measureProfile,
  finished: measureFinished,
  plugin: measurePlugin,
  guard: measureGuard,
  runbook: measureRunbook,
};

/** @returns The exit code: 0 when everything was measured, whether or not it is good enough. */
async function run({ name, options, json }: BenchArguments): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'sei-node-tasks-bench-'));
  const code = await interruptible(
    async (ending) => {
      // Only results go to stdout. benchArguments has given each benchmark its own options.
      const results = await measurements[name](options as never, { progress: reportToStderr, directory, ending });
      process.stdout.write(`${json ? JSON.stringify({ name, options, results }) : resultTable(results)}\n`);
      return 0;
    },
    (failure) => reportToStderr(failure instanceof Error ? failure.message : String(failure)),
  );
  if (code === EXIT_FAILED) reportToStderr(`The logs are kept in ${directory}`);
  else await rm(directory, { recursive: true, force: true });
  return code;
}

await exitWith(USAGE, async () => await run(benchArguments(process.argv.slice(2))));
