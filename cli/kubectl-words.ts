import { UsageError } from './errors.ts';
import { allCommands, namedCommands } from './command-tree.ts';
import { program } from './program.ts';

/** As a file, stdin. */
const STDIN = '-';

const options = [program, ...allCommands(program)].flatMap((command) => command.options);
const switches = options.filter((option) => option.isBoolean());
/** By each word that asks for a value: `-n` and `--namespace` lead to `--namespace`. */
const longNames: ReadonlyMap<string | undefined, string> = new Map(
  options.flatMap(({ required, short, long = '' }) =>
    required ? [short ?? long, long].map((word) => [word, long]) : [],
  ),
);

/**
 * A command line as commander takes it. As with kubectl, options of a command may stand before it, switches may be
 * written as `--watch=true` and `--watch=false`, and `-wn x` holds an option of the command and one of all commands.
 *
 * @throws UsageError when an option lacks its value.
 */
export function kubectlWords(words: readonly string[]): string[] {
  const spelled = spelledOut(words);
  spelled.forEach((word, index) => assertValue(longNames.get(word), spelled[index + 1]));
  const operands = operandIndices(spelled);
  const depth = Math.max(
    1,
    namedCommands(
      program,
      operands.map((index) => spelled[index]),
    ).length,
  );
  const isCommand = new Set(operands.slice(0, depth));
  return [...[...isCommand].map((index) => spelled[index]!), ...spelled.filter((_, index) => !isCommand.has(index))];
}

/** Each switch as a word of its own, without a value. */
export function spelledOut(words: readonly string[]): string[] {
  return words.flatMap(switchWords);
}

/** Where the words are that are neither options nor values of options. */
export function operandIndices(words: readonly string[]): number[] {
  return words.flatMap((word, index) => (word.startsWith('-') || longNames.has(words[index - 1]) ? [] : [index]));
}

function switchWords(word: string): string[] {
  const [short, others] = [word.slice(0, 2), word.slice(2)];
  if (others !== '' && switches.some((option) => option.short === short)) return [short, ...switchWords(`-${others}`)];
  const [, name, value] = /^--([a-z-]+)=(true|false)$/.exec(word) ?? [];
  if (!switches.some((option) => option.name() === name)) return [word];
  // `program.ts` gives every switch its opposite.
  return [value === 'true' ? `--${name}` : `--no-${name}`];
}

function assertValue(option: string | undefined, value: string | undefined): void {
  if (option === undefined) return;
  if (value === undefined) throw new UsageError(`${option} needs a value.`);
  if (value.startsWith('-') && value !== STDIN)
    throw new UsageError(
      `${option} needs a value, and ${value} looks like an option. If it is the value, write ${option}=${value}`,
    );
}
