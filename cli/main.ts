#!/usr/bin/env -S node --no-warnings
import { printable } from '../lib/printable.ts';
import { KubernetesError } from '../kubernetes/errors.ts';
import { COMPLETE_COMMAND, completionLines } from './complete.ts';
import { CommandError, UsageError } from './errors.ts';
import { helpText, overviewText } from './help-text.ts';
import { note, print } from './output.ts';
import { parseCommandLine } from './parse-command-line.ts';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
/** Longest error that is shown, in UTF-16 code units: the API server names every field that it refuses. */
const ERROR_LIMIT = 4096;

async function run(words: readonly string[]): Promise<number> {
  if (words[0] === COMPLETE_COMMAND) {
    (await completionLines(words.slice(1))).forEach(print);
    return 0;
  }
  const invocation = parseCommandLine(words);
  if (invocation === undefined || invocation.isSet('help')) {
    print((invocation === undefined ? overviewText() : helpText(invocation.command)).trimEnd());
    return 0;
  }
  const command = await invocation.command.load();
  return await command(invocation);
}

// The reader of a pipe may have seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof CommandError) && !(error instanceof KubernetesError)) throw error;
  note(printable(error.message, ERROR_LIMIT));
  process.exitCode = error instanceof UsageError ? EXIT_USAGE : EXIT_FAILED;
}
