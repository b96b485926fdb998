import { parseArgs } from 'node:util';
import type { Argument, Command, Flag } from './command.ts';
import { commands, globalFlags } from './command-table.ts';
import { UsageError } from './errors.ts';
import { Invocation } from './invocation.ts';
import { usageLine } from './usage-line.ts';
import { valueProblem } from './value-problem.ts';

interface FlagToken {
  readonly kind: 'option';
  readonly name: string;
  readonly rawName: string;
  readonly value?: string;
  readonly inlineValue?: boolean;
}

/** Flags may stand anywhere; of a flag that is repeated the last one counts. `undefined` when there is no command. */
export function parseCommandLine(words: readonly string[]): Invocation | undefined {
  const command = commandOf(words);
  const flags = [...globalFlags, ...(command?.flags ?? [])];
  const { tokens } = tokensOf(words, flags);
  const given = new Map<string, string | boolean>();
  for (const token of tokens) if (token.kind === 'option') given.set(token.name, flagValue(command, flags, token));
  if (command === undefined) return undefined;
  const values = tokens.flatMap((token) => (token.kind === 'positional' ? [token.value] : [])).slice(1);
  return new Invocation(command, given.get('help') === true ? new Map() : argumentsOf(command, values), given);
}

/** Whether a flag takes the next word is known only with its command, so all commands' flags are read first. */
export function commandOf(words: readonly string[]): Command | undefined {
  const { positionals } = tokensOf(words, [...globalFlags, ...commands.flatMap(({ flags }) => flags)]);
  const [name] = positionals;
  return name === undefined ? undefined : commandNamed(name);
}

/** @throws UsageError that says which commands there are. */
export function commandNamed(name: string): Command {
  const command = commands.find((candidate) => candidate.name === name);
  if (command !== undefined) return command;
  throw new UsageError(`There is no command "${name}". There are: ${commands.map((known) => known.name).join(', ')}.`);
}

export function tokensOf(words: readonly string[], flags: readonly Flag[]) {
  const options = Object.fromEntries(
    flags.map(({ name, short, value }) => [
      name,
      { type: value === undefined ? 'boolean' : 'string', ...(short !== undefined && { short }) } as const,
    ]),
  );
  return parseArgs({ args: [...words], options, allowPositionals: true, strict: false, tokens: true });
}

function flagValue(command: Command | undefined, flags: readonly Flag[], token: FlagToken): string | boolean {
  const flag = flags.find(({ name }) => name === token.name);
  if (flag === undefined) {
    const subject = command === undefined ? 'kubectl snt' : command.name;
    throw new UsageError(
      `${subject} has no flag ${token.rawName}. It has: ${flags.map(({ name }) => `--${name}`).join(', ')}.`,
    );
  }
  return flag.value === undefined ? switchValue(token) : textValue(flag, flag.value, token);
}

/** kubectl's switches may be written as `--watch=true`. */
function switchValue({ rawName, value = 'true' }: FlagToken): boolean {
  if (value !== 'true' && value !== 'false')
    throw new UsageError(`${rawName} takes no value, but "${value}" was given. Leave it out.`);
  return value === 'true';
}

function textValue({ name, choices }: Flag, placeholder: string, { rawName, value, inlineValue }: FlagToken): string {
  if (value === undefined)
    throw new UsageError(`${rawName} needs a value: ${rawName} ${choices?.join('|') ?? placeholder}.`);
  if (inlineValue === false && value.startsWith('-')) {
    throw new UsageError(
      `${rawName} needs a value, and ${value} looks like a flag. If it is the value, write --${name}=${value}.`,
    );
  }
  assertGood(rawName, { placeholder, choices }, value);
  return value;
}

function argumentsOf(command: Command, values: readonly string[]): Map<string, string> {
  const missing = command.arguments.filter(({ optional }) => optional !== true)[values.length];
  if (missing !== undefined)
    throw new UsageError(`${command.name} needs ${missing.name}. Write: ${usageLine(command)}`);
  if (values.length > command.arguments.length) {
    throw new UsageError(
      `${command.name} does not take "${values[command.arguments.length]}". Write: ${usageLine(command)}`,
    );
  }
  return new Map(values.map((value, index) => goodArgument(command.arguments[index]!, value)));
}

function goodArgument({ name, choices }: Argument, value: string): [string, string] {
  assertGood(name, { placeholder: name, choices }, value);
  return [name, value];
}

function assertGood(
  subject: string,
  expected: { placeholder: string; choices: readonly string[] | undefined },
  value: string,
): void {
  const problem = valueProblem(expected.placeholder, expected.choices, value);
  if (problem !== undefined) throw new UsageError(`${subject} ${problem}, got "${value}".`);
}
