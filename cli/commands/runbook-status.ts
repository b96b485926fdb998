import { assertTimeoutUsed } from '../follow-resource.ts';
import { codeOf, watchToEnd } from '../follow-runbook.ts';
import { print, widthOf } from '../output.ts';
import { printAs } from '../printed-resource.ts';
import { runbookLines } from '../runbook-lines.ts';
import type { Format } from '../serialized.ts';
import { Session, type ClusterOptions } from '../session.ts';

interface StatusOptions extends ClusterOptions {
  readonly watch?: boolean;
  readonly timeout?: string;
  readonly output?: Format;
}

export async function runbookStatus(name: string, options: StatusOptions): Promise<number> {
  assertTimeoutUsed(options, 'watch');
  await using session = await Session.open(options);
  const runbook = await session.runbook(name);
  if (options.watch === true) return await watchToEnd(session, runbook, options);
  if (options.output === undefined)
    runbookLines(runbook, { nowMs: Date.now(), command: session.command, width: widthOf(process.stdout) }).forEach(
      print,
    );
  else printAs(options.output, runbook);
  return codeOf(runbook);
}
