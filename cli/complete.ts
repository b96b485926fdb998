import type { Argument, CommandUnknownOpts as Command, Option } from '@commander-js/extra-typings';
import { SEI_NODE, SEI_NODE_RUNBOOK, SEI_NODE_TASK } from '../api/resources.ts';
import { namedCommands } from './command-tree.ts';
import { operandIndices, spelledOut } from './kubectl-words.ts';
import { program } from './program.ts';
import type { NamedResource } from './resource-names.ts';

interface Candidate {
  readonly word: string;
  readonly help?: string;
}

/** By the arguments and options that name one. */
const RESOURCES: Readonly<Record<string, NamedResource>> = {
  NODE: { ...SEI_NODE, isNamespaced: true },
  node: { ...SEI_NODE, isNamespaced: true },
  NAME: { ...SEI_NODE_TASK, isNamespaced: true },
  RUNBOOK: { ...SEI_NODE_RUNBOOK, isNamespaced: true },
  namespace: { group: '', version: 'v1', plural: 'namespaces', isNamespaced: false },
};

/**
 * Words that may replace the last one, each with a tab and its help where it has one.
 *
 * @param words - The command line after the program's name, up to the word that is being written.
 */
export async function completionLines(words: readonly string[]): Promise<string[]> {
  // bash makes three words of --namespace=x.
  const whole = words.join('\n').replaceAll('\n=\n', '=').split('\n');
  const current = whole.at(-1) ?? '';
  return (await candidates(spelledOut(whole.slice(0, -1)), current))
    .filter(({ word }) => word.startsWith(current))
    .map(({ word, help }) => (help === undefined ? word : `${word}\t${help}`));
}

async function candidates(before: readonly string[], current: string): Promise<readonly Candidate[]> {
  const operands = operandIndices(before).map((index) => before[index]);
  const path = namedCommands(program, operands);
  const command: Command = path.at(-1) ?? program;
  const options = optionsOf(command);
  const last = before.at(-1);
  const pending = options.find(({ required, short, long }) => required && (last === long || last === (short ?? long)));
  if (pending !== undefined) return await valuesOf(pending, before.slice(0, -1));
  if (current.startsWith('-')) return options.map(({ long = '', description }) => ({ word: long, help: description }));
  if (operands.length === path.length && command.commands.length > 0)
    return command.commands.map((known) => ({ word: known.name(), help: known.summary() }));
  const argument = command.registeredArguments[operands.length - path.length];
  return argument === undefined ? [] : await valuesOf(argument, before);
}

function optionsOf(command: Command): readonly Option[] {
  const help = program.createHelp();
  const own = help.visibleOptions(command);
  const others = help.visibleOptions(program).filter(({ long }) => own.every((option) => option.long !== long));
  return [...own, ...others];
}

async function valuesOf(subject: Argument | Option, before: readonly string[]): Promise<readonly Candidate[]> {
  const resource = RESOURCES[subject.name()];
  if (resource === undefined) return (subject.argChoices ?? []).map((word) => ({ word }));
  const { resourceNames } = await import('./resource-names.ts');
  program.parseOptions([...before]);
  return (await resourceNames(resource, program.opts())).map((word) => ({ word }));
}
