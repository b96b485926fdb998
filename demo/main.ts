/** Shows on this machine what the service does, by doing it, and stays up for you to try more. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InterruptedError } from '../dev/errors.ts';
import { exitWith } from '../dev/exit-with.ts';
import { EXIT_FAILED, interruptible } from '../dev/interruption.ts';
import { demoArguments, USAGE, type DemoArguments } from './arguments.ts';
import { play } from './play.ts';
import { heading, paragraph } from './terminal.ts';

/** @returns The exit code. */
async function run(parsed: DemoArguments): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'sei-node-tasks-demo-'));
  const code = await interruptible(
    async (ending) => ((await play({ ...parsed, directory, ending })) ? 0 : EXIT_FAILED),
    explain,
  );
  if (code === EXIT_FAILED) paragraph(`The logs are kept in ${directory}`);
  else await rm(directory, { recursive: true, force: true });
  return code;
}

function explain(failure: unknown): void {
  if (failure instanceof InterruptedError) return heading('Stopped before the last step');
  heading('The demo stopped before its end');
  paragraph(failure instanceof Error ? failure.message : String(failure));
}

await exitWith(USAGE, async () => await run(demoArguments(process.argv.slice(2))));
