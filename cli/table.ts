import { wrapped } from './wrapped.ts';

export interface Column {
  readonly title: string;
  /** The higher, the longer the column stays where the terminal is too narrow. Unset: always. */
  readonly leaveOut?: number;
}

export interface Row {
  readonly cells: readonly string[];
  /** For the last column; may be empty. */
  readonly text: string;
}

/** Columns of short cells, and a last one of free text. */
export interface Table {
  readonly columns: readonly Column[];
  readonly textTitle: string;
  readonly rows: readonly Row[];
}

const INDENT = '  ';
const GAP = '   ';

/** How the rows of a table are printed, also those that come later. */
export interface TableLayout {
  readonly header: string;
  readonly linesOf: (row: Row) => readonly string[];
}

/** The lines of a table: see `tableLayout`. */
export function tableLines(table: Table, width: number): string[] {
  const { header, linesOf } = tableLayout(table, width);
  return [header, ...table.rows.flatMap(linesOf)];
}

/**
 * If a table is wider than `width`, each text goes below its row, and columns that do not fit are left out.
 *
 * @param width - In columns of the terminal; `Infinity`: as wide as it takes.
 */
export function tableLayout({ columns, textTitle, rows }: Table, width: number): TableLayout {
  const title: Row = { cells: columns.map((column) => column.title), text: '' };
  const widths = columns.map((_, index) => Math.max(...[title, ...rows].map(({ cells }) => cells[index]?.length ?? 0)));
  const texts = rows.map(({ text }) => text.length);
  const textWidth = texts.some((length) => length > 0) ? Math.max(textTitle.length, ...texts) : 0;
  const isWhole =
    sum(widths) + GAP.length * (widths.length - 1) + (textWidth > 0 ? GAP.length + textWidth : 0) <= width;
  if (isWhole) {
    const lineOf = ({ cells, text }: Row): string => joined([...padded(cells, widths), text]);
    return {
      header: lineOf({ ...title, text: textWidth > 0 ? textTitle : '' }),
      linesOf: (row) => {
        const line = lineOf(row);
        return line.length <= width ? [line] : [lineOf({ ...row, text: '' }), ...below(row.text, width)];
      },
    };
  }
  const kept = keptColumns(columns, widths, width);
  const lineOf = ({ cells }: Row): string => joined(padded(cells, widths).filter((_, index) => kept.has(index)));
  return { header: lineOf(title), linesOf: (row) => [lineOf(row), ...below(row.text, width)] };
}

/** Indices of the columns that fit: a narrow one may stay where a wide one that matters more does not. */
function keptColumns(columns: readonly Column[], widths: readonly number[], width: number): ReadonlySet<number> {
  const places = columns.map(({ leaveOut = Infinity }, index) => ({ leaveOut, index, width: widths[index] ?? 0 }));
  const kept = new Set<number>();
  let needed = -GAP.length;
  // Infinity - Infinity is NaN, which counts as equal.
  for (const place of places.toSorted((one, other) => other.leaveOut - one.leaveOut || 0)) {
    const next = needed + GAP.length + place.width;
    if (next > width && place.leaveOut !== Infinity) continue;
    kept.add(place.index);
    needed = next;
  }
  return kept;
}

function padded(cells: readonly string[], widths: readonly number[]): string[] {
  return cells.map((cell, index) => cell.padEnd(widths[index] ?? 0));
}

function joined(cells: readonly string[]): string {
  return cells.join(GAP).trimEnd();
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function below(text: string, width: number): string[] {
  return text === '' ? [] : wrapped(text, width - INDENT.length).map((line) => INDENT + line);
}
