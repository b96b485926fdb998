/** Shows on this machine what the service does, by doing it, and stays up for you to try more. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InterruptedError } from '../dev/errors.ts';
import { exitWith } from '../dev/exit-with.ts';
import { abortOnInterruption, EXIT_INTERRUPTED } from '../dev/interruption.ts';
import { demoArguments, type DemoArguments } from './arguments.ts';
import { play } from './play.ts';
import { heading, paragraph } from './terminal.ts';

const EXIT_NOT_AS_TOLD = 1;

/** @returns The exit code. */
async function run({ once }: DemoArguments): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'sei-node-tasks-demo-'));
  const code = await playToTheEnd(once, directory);
  if (code === EXIT_NOT_AS_TOLD) paragraph(`The logs are kept in ${directory}`);
  else await rm(directory, { recursive: true, force: true });
  return code;
}

async function playToTheEnd(once: boolean, directory: string): Promise<number> {
  const ending = new AbortController();
  abortOnInterruption(ending);
  try {
    return (await play({ once, directory, ending })) ? 0 : EXIT_NOT_AS_TOLD;
  } catch (error) {
    // What a step throws once everything is being ended only follows from that.
    const failure = ending.signal.aborted ? ending.signal.reason : error;
    if (failure instanceof InterruptedError) {
      heading('Stopped before the story was over');
      return EXIT_INTERRUPTED;
    }
    heading('The demo stopped before its end');
    paragraph(failure instanceof Error ? failure.message : String(failure));
    return EXIT_NOT_AS_TOLD;
  }
}

await exitWith(async () => await run(demoArguments(process.argv.slice(2))));
