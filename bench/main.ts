/** Measures the service against real servers on this machine: `npm run bench -- latency`. */
import { InterruptedError } from '../dev/errors.ts';
import { exitWith } from '../dev/exit-with.ts';
import { abortOnInterruption, EXIT_INTERRUPTED } from '../dev/interruption.ts';
import { benchArguments, type BenchArguments } from './arguments.ts';
import { measureLatency } from './latency.ts';
import { resultTable } from './result-table.ts';

const EXIT_FAILED = 1;

/** Only results go to stdout. */
const progress = (line: string): void => void process.stderr.write(`${line}\n`);

/** @returns The exit code: 0 when everything was measured, whether or not it is good enough. */
async function run({ restarts, json }: BenchArguments): Promise<number> {
  const ending = new AbortController();
  abortOnInterruption(ending);
  try {
    const results = await measureLatency({ restarts, progress, ending });
    process.stdout.write(`${json ? JSON.stringify({ name: 'latency', results }) : resultTable(results)}\n`);
    return 0;
  } catch (error) {
    const failure = ending.signal.aborted ? ending.signal.reason : error;
    progress(failure instanceof Error ? failure.message : String(failure));
    return failure instanceof InterruptedError ? EXIT_INTERRUPTED : EXIT_FAILED;
  }
}

await exitWith(async () => await run(benchArguments(process.argv.slice(2))));
