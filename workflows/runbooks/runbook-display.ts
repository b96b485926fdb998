import { setCurrentDetails } from '@temporalio/workflow';
import type { RunbookView } from '../../core/runbook/runbook-view.ts';
import { markdown } from '../../lib/markdown.ts';

/** Rows of the table: the current details of a workflow are limited. */
const ROWS = 40;

/** Shows a runbook in the Temporal UI, as the current details of its workflow. */
export function showRunbook({ phase, reason, message, progress = '', nodes = [] }: RunbookView): void {
  // Those at hand and those that need somebody come first in a table that cannot have all.
  const urgent = nodes.filter((node) => node.phase === 'Running' || node.phase === 'Failed');
  const shown = nodes.length <= ROWS ? nodes : urgent.slice(0, ROWS);
  const rows = shown.map((node) =>
    [node.name, node.phase, node.step ?? node.reason ?? '', node.power ?? '', node.heightAfter ?? '']
      .map((cell) => markdown(String(cell)))
      .join(' | '),
  );
  const table = [
    '| node | phase | step | power | height |',
    '| --- | --- | --- | --- | --- |',
    ...rows.map((row) => `| ${row} |`),
  ];
  setCurrentDetails(
    [
      `**${phase}** ${progress} ${markdown(reason)}: ${markdown(message)}`,
      ...(rows.length === 0 ? [] : ['', ...table]),
    ].join('\n'),
  );
}
