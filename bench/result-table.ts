import type { Result } from './result.ts';

/** The results as a table in Markdown that reads well in a terminal too. */
export function resultTable(results: readonly Result[]): string {
  const rows = [
    ['metric', 'p50', 'p99', 'must', 'ok'],
    ...results.map(({ metric, unit, p50, p99, must, ok }) => [metric, `${p50} ${unit}`, `${p99} ${unit}`, mustText(must, unit), ok ? 'yes' : 'NO']),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = rows.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`);
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return lines.toSpliced(1, 0, rule).join('\n');
}

function mustText(must: Result['must'], unit: string): string {
  return Object.entries(must)
    .map(([name, limit]) => `${name} ≤ ${limit} ${unit}`)
    .join(', ');
}
