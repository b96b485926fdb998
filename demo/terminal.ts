import { styleText } from 'node:util';
import { aligned } from '../cli/aligned.ts';

/** Columns that text is wrapped to; the terminal's own width within what reads well. */
const WIDTH = Math.min(110, Math.max(80, process.stdout.columns || 100));
const INDENT = '   ';
/** Columns of a line without its indentation. */
export const ROOM = WIDTH - INDENT.length;

// `util.styleText` leaves colours out where stdout is not a terminal, and with NO_COLOR.
const bold = (text: string): string => styleText('bold', text);
const dim = (text: string): string => styleText('dim', text);
export const green = (text: string): string => styleText('green', text);
export const red = (text: string): string => styleText('red', text);

function print(line: string): void {
  process.stdout.write(`${line.trimEnd()}\n`);
}

export function heading(text: string): void {
  print(`\n${bold(text)}`);
}

/** Text of any length, wrapped and indented by `hanging` columns. */
export function paragraph(text: string, { hanging = 0 } = {}): void {
  for (const line of wrap(text, ROOM - hanging)) print(`${INDENT}${' '.repeat(hanging)}${line}`);
}

/** Lines that stay as they are: a manifest, the output of a program. */
export function verbatim(text: string): void {
  for (const line of text.trimEnd().split('\n')) print(`${INDENT}${line}`);
}

/** Lines to be copied: from the first column, so that a heredoc ends where it should. */
export function pasteable(text: string): void {
  for (const line of text.split('\n')) print(line);
}

/** Lines of a program that knows nothing of our width; what is beyond it is cut. */
export function clipped(text: string): void {
  for (const line of text.trimEnd().split('\n')) verbatim(line.length > ROOM ? `${line.slice(0, ROOM - 1)}…` : line);
}

export function command(text: string): void {
  verbatim(`${dim('$')} ${text}`);
}

export function blank(): void {
  print('');
}

/** Rows of cells, aligned. */
export function table(rows: readonly (readonly string[])[]): void {
  aligned(rows).forEach(verbatim);
}

function wrap(text: string, room: number): string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line === '') lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= room) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
