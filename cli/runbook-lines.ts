import type { SeiNodeRunbook } from '../api/sei-node-runbook.ts';
import { choiceLines, type CommandLine } from './runbook-choices.ts';
import { runbookFacts } from './runbook-facts.ts';
import { runbookTable, type LineStyle } from './runbook-table.ts';
import { hanging, screenLines } from './wrapped.ts';

export interface RunbookDisplay {
  /** In milliseconds since the epoch. */
  readonly nowMs: number;
  readonly command: CommandLine;
  /** In columns of the terminal; `Infinity`: each fact is one line. */
  readonly width: number;
  /** Lines that nodes may be left out for. Default: no limit. */
  readonly height?: number;
  /** Default: none. */
  readonly style?: LineStyle;
}

/** Where a runbook stands, for a person: facts, a table of its nodes, and what an operator can do. */
export function runbookLines(
  runbook: SeiNodeRunbook,
  { nowMs, command, width, height = Infinity, style = (line) => line }: RunbookDisplay,
): string[] {
  const { metadata, status = {} } = runbook;
  const facts = runbookFacts(runbook, nowMs)
    .filter(([, value]) => value !== '')
    // A URL is too long for a screen that is drawn again and again.
    .filter(([label]) => height === Infinity || label !== 'Workflow')
    .map(([label, value]) => [`${label}:`, value] as const);
  const above = hanging(facts, width);
  const below = choiceLines(metadata.name, status, command, width);
  const size = { width, height: height - screenLines([...above, '', ...below], width) };
  const table = runbookTable(status, nowMs, size, style);
  return [...above, ...(table.length === 0 ? [] : ['', ...table]), ...below];
}
