import { padded } from '../cli/aligned.ts';
import type { Result } from './result.ts';

const HEADINGS = ['metric', 'ours', 'floor', 'ratio', 'must', 'aim', 'ok'];

/** The results as a table in Markdown that reads well in a terminal too. */
export function resultTable(results: readonly Result[]): string {
  const cells = padded([HEADINGS, ...results.map(rowOf)]);
  const rule = cells[0]?.map((cell) => '-'.repeat(cell.length)) ?? [];
  return cells
    .toSpliced(1, 0, rule)
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');
}

function rowOf({ metric, unit, value, floor, ratio, goal, ok }: Result): string[] {
  const limit = (figure: number | undefined): string => {
    if (goal === undefined || figure === undefined) return '';
    const sign = goal.bound === 'at most' ? '≤' : '≥';
    return goal.of === 'ratio' ? `ratio ${sign} ${figure}` : `${sign} ${figure} ${unit}`.trim();
  };
  return [
    metric,
    `${value} ${unit}`.trim(),
    floor === undefined ? '' : `${floor} ${unit}`.trim(),
    ratio === undefined ? '' : `${ratio}`,
    limit(goal?.must),
    limit(goal?.aim),
    ok === undefined ? '' : ok ? 'yes' : 'NO',
  ];
}
