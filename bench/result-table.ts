import { padded } from '../cli/aligned.ts';
import type { Result } from './result.ts';

/** The results as a table in Markdown that reads well in a terminal too. */
export function resultTable(results: readonly Result[]): string {
  const rows = [
    ['metric', 'p50', 'p99', 'must', 'ok'],
    ...results.map(({ metric, unit, p50, p99, must, ok }) => [metric, `${p50} ${unit}`, `${p99} ${unit}`, mustText(must, unit), ok ? 'yes' : 'NO']),
  ];
  const cells = padded(rows);
  const rule = cells[0]?.map((cell) => '-'.repeat(cell.length)) ?? [];
  return cells.toSpliced(1, 0, rule).map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function mustText(must: Result['must'], unit: string): string {
  return Object.entries(must)
    .map(([name, limit]) => `${name} ≤ ${limit} ${unit}`)
    .join(', ');
}
