import { commands } from './command-table.ts';
import { helpText, overviewText } from './help-text.ts';

const PLACE = /(<!-- reference -->\n)[^]*?(<!-- \/reference -->)/;

/**
 * docs/cli.md with the help of all commands put in between `<!-- reference -->` and `<!-- /reference -->`.
 *
 * @throws Error when it has no such place.
 */
export function withReference(page: string): string {
  if (!PLACE.test(page))
    throw new Error('docs/cli.md has no place for the reference: <!-- reference --> … <!-- /reference -->');
  const parts = [
    fenced(overviewText()),
    ...commands.map((command) => `### ${command.name}\n\n${fenced(helpText(command))}`),
  ];
  return page.replace(PLACE, (_, begin: string, end: string) => `${begin}${parts.join('\n')}${end}`);
}

function fenced(text: string): string {
  return `\`\`\`text\n${text}\`\`\`\n`;
}
