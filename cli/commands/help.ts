import { helpText, overviewText } from '../help-text.ts';
import type { Invocation } from '../invocation.ts';
import { print } from '../output.ts';
import { commandNamed } from '../parse-command-line.ts';

export async function help(invocation: Invocation): Promise<number> {
  const name = invocation.optionalArgument('COMMAND');
  print((name === undefined ? overviewText() : helpText(commandNamed(name))).trimEnd());
  return 0;
}
