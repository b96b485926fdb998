/** Hurts the service in every way that a seed can draw, and checks what must hold all the same. */
import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InterruptedError } from '../dev/errors.ts';
import { exitWith } from '../dev/exit-with.ts';
import { abortOnInterruption, EXIT_INTERRUPTED } from '../dev/interruption.ts';
import { chaosArguments, type ChaosArguments } from './arguments.ts';
import { judge } from './judge.ts';
import { runChaos } from './run-chaos.ts';

const EXIT_FAILED = 1;

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** @returns The exit code: 0 when nothing was seen that must not be. */
async function run({ minutes, seed, keep }: ChaosArguments): Promise<number> {
  const ending = new AbortController();
  abortOnInterruption(ending);
  const directory = await mkdtemp(join(tmpdir(), 'sei-node-tasks-chaos-'));
  print(`npm run chaos -- --minutes ${minutes} --seed ${seed}    (logs: ${directory})`);
  const code = await runAndJudge({ minutes, seed, directory, ending });
  if (code === EXIT_FAILED)
    print(`Failed with seed ${seed}; repeat with npm run chaos -- --minutes ${minutes} --seed ${seed}`);
  if (code === EXIT_FAILED || keep) print(`Logs and all that was seen are kept in ${directory}`);
  else await rm(directory, { recursive: true, force: true });
  return code;
}

async function runAndJudge(
  options: Omit<ChaosArguments, 'keep'> & { readonly directory: string; readonly ending: AbortController },
): Promise<number> {
  const { directory, ending } = options;
  try {
    const observations = await runChaos({ ...options, progress: print });
    const { text, holds } = await judge(observations, directory);
    print(text);
    return holds ? 0 : EXIT_FAILED;
  } catch (error) {
    const failure = ending.signal.aborted ? ending.signal.reason : error;
    if (failure instanceof InterruptedError) return EXIT_INTERRUPTED;
    print(failure instanceof Error ? (failure.stack ?? failure.message) : String(failure));
    return EXIT_FAILED;
  }
}

await exitWith(async () => {
  const asked = chaosArguments(process.argv.slice(2), () => randomInt(2 ** 32));
  if (typeof asked !== 'string') return await run(asked);
  print(asked);
  return 0;
});
