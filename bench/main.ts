/** Measures the service against real servers on this machine: `npm run bench -- <benchmark>`. */
import { InterruptedError } from '../dev/errors.ts';
import { exitWith } from '../dev/exit-with.ts';
import { abortOnInterruption, EXIT_INTERRUPTED } from '../dev/interruption.ts';
import { benchArguments, type BenchArguments, type BenchName, type Options } from './arguments.ts';
import type { BenchRun } from './bench-stack.ts';
import { measureCost } from './cost.ts';
import { measureInflight } from './inflight.ts';
import { measureLatency } from './latency.ts';
import { measureProfile } from './profile.ts';
import { resultTable } from './result-table.ts';
import type { Result } from './result.ts';
import { measureStorm } from './storm.ts';
import { measureThroughput } from './throughput.ts';

const EXIT_FAILED = 1;

const measurements: { readonly [Name in BenchName]: (options: Options<Name>, run: BenchRun) => Promise<Result[]> } = {
  throughput: measureThroughput,
  inflight: measureInflight,
  storm: measureStorm,
  cost: measureCost,
  latency: measureLatency,
  profile: measureProfile,
};

/** Only results go to stdout. */
const progress = (line: string): void => void process.stderr.write(`${line}\n`);

/** @returns The exit code: 0 when everything was measured, whether or not it is good enough. */
async function run({ name, options, json }: BenchArguments): Promise<number> {
  const ending = new AbortController();
  abortOnInterruption(ending);
  try {
    // benchArguments has given each benchmark its own options.
    const results = await measurements[name](options as never, { progress, ending });
    process.stdout.write(`${json ? JSON.stringify({ name, options, results }) : resultTable(results)}\n`);
    return 0;
  } catch (error) {
    const failure = ending.signal.aborted ? ending.signal.reason : error;
    progress(failure instanceof Error ? failure.message : String(failure));
    return failure instanceof InterruptedError ? EXIT_INTERRUPTED : EXIT_FAILED;
  }
}

await exitWith(async () => await run(benchArguments(process.argv.slice(2))));
