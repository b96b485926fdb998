import type { Command, Flag } from './command.ts';
import { commands, globalFlags } from './command-table.ts';
import { aligned } from './aligned.ts';
import { usageLine } from './usage-line.ts';

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
    ...(description.length === 0 ? [] : ['', ...description.map((paragraph) => wrapped(paragraph).join('\n'))]),
    ...sections('Arguments', hanging(words.map(({ name, help }) => [name, help]))),
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
  return hanging(flags.map(({ name, short, value, choices, help }) => {
    const dashes = short === undefined ? `    --${name}` : `-${short}, --${name}`;
    return [value === undefined ? dashes : `${dashes} ${choices?.join('|') ?? value}`, help];
  }));
}

/** Two columns, the second one wrapped within itself. */
function hanging(rows: readonly (readonly [string, string])[]): string[] {
  const indent = Math.max(0, ...rows.map(([left]) => left.length)) + 3;
  return rows.flatMap(([left, right]) => wrapped(right, WIDTH - indent).map((line, index) => (index === 0 ? left : '').padEnd(indent) + line));
}

function wrapped(text: string, width = WIDTH): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length >= width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
