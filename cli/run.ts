import { CommanderError } from '@commander-js/extra-typings';
import { printable } from '../lib/printable.ts';
import { namedCommands, pathOf } from './command-tree.ts';
import { COMPLETE_COMMAND } from './completion-scripts.ts';
import { UsageError } from './errors.ts';
import { kubectlWords } from './kubectl-words.ts';
import { note, print } from './output.ts';
import { program } from './program.ts';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
/** Longest error that is shown, in UTF-16 code units: the API server names every field that it refuses. */
const ERROR_LIMIT = 4096;

/** Carries out what the words of a command line ask for, and sets the exit code of the process. */
export async function run(words: readonly string[]): Promise<void> {
  try {
    await (words[0] === COMPLETE_COMMAND ? complete(words.slice(1)) : parse(words));
  } catch (error) {
    // No stack, which would show a server's words as they came.
    note(printable(error instanceof Error ? error.message : String(error), ERROR_LIMIT));
    process.exitCode = error instanceof UsageError ? EXIT_USAGE : EXIT_FAILED;
  }
}

async function complete(words: readonly string[]): Promise<void> {
  const { completionLines } = await import('./complete.ts');
  (await completionLines(words)).forEach(print);
}

/** @throws UsageError for what commander does not understand; it prints help itself. */
async function parse(words: readonly string[]): Promise<void> {
  const [command = 'help', ...others] = kubectlWords(words);
  try {
    await program.parseAsync([command, ...others], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return;
    // Options alone: commander has printed help to stderr.
    if (error.code === 'commander.help') process.exitCode = EXIT_USAGE;
    else throw new UsageError(await usageText(error, [command, ...others]));
  }
}

/** `Unknown option '--wat' (Did you mean --watch?). See: kubectl snt status --help` */
async function usageText({ code, message }: CommanderError, words: readonly string[]): Promise<string> {
  const text = message.replace(/^error: /, '').replace(/\.$/, '');
  const problem = `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  const known = namedCommands(program, words).at(-1);
  if (known === undefined && code === 'commander.unknownCommand' && !message.includes('Did you mean')) {
    const { kindHint } = await import('./kind-hint.ts');
    const hint = kindHint(words[0] ?? '');
    if (hint !== undefined) return `${problem}. ${hint}`;
  }
  return `${problem}. See: kubectl snt ${known === undefined ? '' : `${pathOf(known)} `}--help`;
}
