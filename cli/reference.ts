import type { CommandUnknownOpts as Command } from '@commander-js/extra-typings';
import { allCommands, pathOf } from './command-tree.ts';
import { program } from './program.ts';

const PLACE = /(<!-- reference -->\n)[^]*?(<!-- \/reference -->)/;

/**
 * docs/cli.md with the help of all commands put in between `<!-- reference -->` and `<!-- /reference -->`.
 *
 * @throws Error when it has no such place.
 */
export function withReference(page: string): string {
  if (!PLACE.test(page))
    throw new Error('docs/cli.md has no place for the reference: <!-- reference --> … <!-- /reference -->');
  const sections = allCommands(program).map((command) => `### ${pathOf(command)}\n\n${helpOf(command)}`);
  const parts = [helpOf(program), ...sections];
  return page.replace(PLACE, (_, begin: string, end: string) => `${begin}${parts.join('\n')}${end}`);
}

/** As the command prints it, in a fenced block. */
function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  return `\`\`\`text\n${text}\`\`\`\n`;
}
