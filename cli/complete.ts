import { SEI_NODE, SEI_NODE_TASK } from '../api/resources.ts';
import type { ApiResource } from '../kubernetes/resource-path.ts';
import type { Command, Flag } from './command.ts';
import { commands, globalFlags } from './command-table.ts';
import { Invocation } from './invocation.ts';
import { commandOf, tokensOf } from './parse-command-line.ts';

/** What the completion scripts call, with the words after the program; the last one is being written. */
export const COMPLETE_COMMAND = '__complete';

interface Candidate {
  readonly word: string;
  readonly help: string;
}

/** Arguments that name a resource. */
const RESOURCES: Readonly<Record<string, ApiResource>> = { NODE: SEI_NODE, NAME: SEI_NODE_TASK };

/** Words that may stand in place of the last one, each with a tab and its help where it has one. */
export async function completionLines(words: readonly string[]): Promise<string[]> {
  const [before, current] = [words.slice(0, -1), words.at(-1) ?? ''];
  return (await candidates(before, current))
    .filter(({ word }) => word.startsWith(current))
    .map(({ word, help }) => (help === '' ? word : `${word}\t${help}`));
}

async function candidates(before: readonly string[], current: string): Promise<readonly Candidate[]> {
  const command = knownCommand(before);
  const flags = [...globalFlags, ...(command?.flags ?? [])];
  const pending = flagThatNeedsValue(before.at(-1), flags);
  if (pending !== undefined) return (pending.choices ?? []).map(withoutHelp);
  if (current.startsWith('-')) return flags.map(({ name, help }) => ({ word: `--${name}`, help }));
  const { positionals, values } = tokensOf(before, flags);
  if (positionals.length === 0) return allCommands();
  return command === undefined ? [] : await argumentCandidates(command, positionals.length - 1, values);
}

async function argumentCandidates(
  command: Command,
  index: number,
  flags: ReturnType<typeof tokensOf>['values'],
): Promise<readonly Candidate[]> {
  const { name = '', choices = [] } = command.arguments[index] ?? {};
  if (name === 'COMMAND') return allCommands();
  const resource = RESOURCES[name];
  if (resource === undefined) return choices.map(withoutHelp);
  const given = Object.entries(flags).flatMap(([flag, value]) =>
    typeof value === 'string' ? [[flag, value] as const] : [],
  );
  const { resourceNames } = await import('./resource-names.ts');
  return (await resourceNames(resource, new Invocation(command, new Map(), new Map(given)))).map(withoutHelp);
}

function knownCommand(words: readonly string[]): Command | undefined {
  try {
    return commandOf(words);
  } catch {
    return undefined;
  }
}

function flagThatNeedsValue(word: string | undefined, flags: readonly Flag[]): Flag | undefined {
  return flags.find(
    ({ name, short, value }) =>
      value !== undefined && (word === `--${name}` || (short !== undefined && word === `-${short}`)),
  );
}

function allCommands(): readonly Candidate[] {
  return commands.map(({ name, summary }) => ({ word: name, help: summary }));
}

function withoutHelp(word: string): Candidate {
  return { word, help: '' };
}
