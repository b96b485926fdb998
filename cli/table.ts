import { aligned } from './aligned.ts';
import { wrapped } from './wrapped.ts';

export interface Column {
  readonly title: string;
  /** The lower, the sooner the column is left out where the terminal is too narrow. Unset: never. */
  readonly leaveOut?: number;
}

/** Columns of short cells, and a last one of free text, which may be empty in some rows. */
export interface Table {
  readonly columns: readonly Column[];
  readonly textTitle: string;
  readonly rows: readonly { readonly cells: readonly string[]; readonly text: string }[];
}

const INDENT = '  ';

/**
 * The lines of a table. If it is wider than `width`, each text goes below its row, and columns are left out until the
 * rest fits.
 *
 * @param width - In columns of the terminal; `Infinity`: as wide as it takes.
 */
export function tableLines({ columns, textTitle, rows }: Table, width: number): string[] {
  const titles = columns.map(({ title }) => title);
  const isTold = rows.some(({ text }) => text !== '');
  const whole = aligned([
    [...titles, ...(isTold ? [textTitle] : [])],
    ...rows.map(({ cells, text }) => [...cells, ...(isTold ? [text] : [])]),
  ]);
  if (fits(whole, width)) return whole;
  const [header = '', ...lines] = narrowed(columns, [titles, ...rows.map(({ cells }) => cells)], width);
  return [header, ...lines.flatMap((line, index) => [line, ...below(rows[index]?.text ?? '', width)])];
}

function fits(lines: readonly string[], width: number): boolean {
  return lines.every((line) => line.length <= width);
}

function narrowed(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): string[] {
  const lines = aligned(rows);
  const next = Math.min(...columns.map(({ leaveOut = Infinity }) => leaveOut));
  if (next === Infinity || fits(lines, width)) return lines;
  const kept = columns.map(({ leaveOut }) => leaveOut !== next);
  const without = <Cell>(cells: readonly Cell[]): Cell[] => cells.filter((_, index) => kept[index]);
  return narrowed(without(columns), rows.map(without), width);
}

function below(text: string, width: number): string[] {
  return text === '' ? [] : wrapped(text, width - INDENT.length).map((line) => INDENT + line);
}
