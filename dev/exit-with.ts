import { ArgumentError } from './errors.ts';

const EXIT_USAGE = 2;

/**
 * Runs a program and ends the process with the exit code that it returns. An ArgumentError is printed, followed by the
 * usage, and the exit code is 2.
 */
export async function exitWith(usage: string, program: () => Promise<number>): Promise<never> {
  let code: number;
  try {
    code = await program();
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    process.stderr.write(`${error.message}\n${usage}\n`);
    code = EXIT_USAGE;
  }
  // An interrupted compiler may still be running; it ends with this process.
  process.exit(code);
}
