import type { CommandUnknownOpts as Command } from '@commander-js/extra-typings';

/** The commands of a program and their subcommands. */
export function allCommands(program: Command): readonly Command[] {
  return program.commands.flatMap((command) => [command, ...allCommands(command)]);
}

/** The commands that words name, one below the other: `runbook`, `runbook status`. */
export function namedCommands(program: Command, words: readonly (string | undefined)[]): readonly Command[] {
  const [name, ...others] = words;
  const command = program.commands.find((each) => each.name() === name);
  return command === undefined ? [] : [command, ...namedCommands(command, others)];
}

/** As it is typed after the program: `runbook status`. */
export function pathOf(command: Command): string {
  const { parent } = command;
  return parent === null || parent.parent === null ? command.name() : `${pathOf(parent)} ${command.name()}`;
}
