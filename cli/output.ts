/** A line for whoever asked. What comes from outside must have been made printable. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** A line beside the result, which a program that reads stdout does not see. */
export function note(line: string): void {
  process.stderr.write(`${line}\n`);
}
