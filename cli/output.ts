/** A line for whoever asked. What comes from outside must have been made printable. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Columns of the terminal that a stream leads to; where it leads to a program or a file `COLUMNS`, or else `Infinity`. */
export function widthOf(stream: NodeJS.WriteStream): number {
  return stream.isTTY ? stream.columns || 80 : Number(process.env['COLUMNS']) || Infinity;
}

/** A line on stderr, which a program that reads stdout does not see. */
export function note(line: string): void {
  process.stderr.write(`${line}\n`);
}
