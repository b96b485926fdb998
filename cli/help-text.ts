import type { Command, Flag } from './command.ts';
import { commands, globalFlags } from './command-table.ts';
import { aligned } from './aligned.ts';
import { usageLine } from './usage-line.ts';
import { hanging, wrapped } from './wrapped.ts';

const WIDTH = 100;

/** The commands in short. */
export function overviewText(): string {
  return [
    'kubectl snt: operate Sei nodes by SeiNodeTasks.',
    section('Usage', ['kubectl snt COMMAND [flags]']),
    section('Commands', aligned(commands.map(({ name, summary }) => [name, summary]))),
    section('Flags of every command', flagLines(globalFlags)),
    '\n`kubectl snt help COMMAND` tells more, with examples.\n',
  ].join('\n');
}

export function helpText(command: Command): string {
  const { summary, description, arguments: words, flags, examples } = command;
  return [
    `${summary}.`,
    section('Usage', [usageLine(command)]),
    ...(description.length === 0 ? [] : ['', ...description.map((paragraph) => wrapped(paragraph, WIDTH).join('\n'))]),
    ...sections(
      'Arguments',
      hanging(
        words.map(({ name, help }) => [name, help]),
        WIDTH,
      ),
    ),
    ...sections('Flags', flagLines(flags)),
    section('Flags of every command', flagLines(globalFlags)),
    ...sections('Examples', examples),
    '',
  ].join('\n');
}

function sections(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [section(title, lines)];
}

function section(title: string, lines: readonly string[]): string {
  return `\n${title}:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}

function flagLines(flags: readonly Flag[]): string[] {
  return hanging(
    flags.map(({ name, short, value, choices, help }) => {
      const dashes = short === undefined ? `    --${name}` : `-${short}, --${name}`;
      return [value === undefined ? dashes : `${dashes} ${choices?.join('|') ?? value}`, help];
    }),
    WIDTH,
  );
}
