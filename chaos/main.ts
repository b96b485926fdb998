/** Hurts the service in every way that a seed can draw, and checks the invariants. */
import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InterruptedError } from '../dev/errors.ts';
import { exitWith } from '../dev/exit-with.ts';
import { EXIT_FAILED, interruptible } from '../dev/interruption.ts';
import { chaosArguments, USAGE, type ChaosArguments } from './arguments.ts';
import { judge } from './judge.ts';
import { runChaos } from './run-chaos.ts';

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** @returns The exit code: 0 when nothing was seen that must not be. */
async function run({ minutes, seed, keep }: ChaosArguments): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'sei-node-tasks-chaos-'));
  const code = await interruptible(async (ending) => {
    print(`npm run chaos -- --minutes ${minutes} --seed ${seed}    (logs: ${directory})`);
    const observations = await runChaos({ minutes, seed, directory, ending, progress: print });
    const { text, holds } = await judge(observations, directory);
    print(text);
    return holds ? 0 : EXIT_FAILED;
  }, explain);
  if (code === EXIT_FAILED)
    print(`Failed with seed ${seed}; repeat with npm run chaos -- --minutes ${minutes} --seed ${seed}`);
  if (code === EXIT_FAILED || keep) print(`Logs and all that was seen are kept in ${directory}`);
  else await rm(directory, { recursive: true, force: true });
  return code;
}

function explain(failure: unknown): void {
  if (failure instanceof InterruptedError) return;
  print(failure instanceof Error ? (failure.stack ?? failure.message) : String(failure));
}

await exitWith(USAGE, async () => {
  const asked = chaosArguments(process.argv.slice(2), () => randomInt(2 ** 32));
  if (asked !== 'help') return await run(asked);
  print(USAGE);
  return 0;
});
