import { ArgumentError } from './errors.ts';

const EXIT_USAGE = 2;

/**
 * Runs a program and ends the process with the exit code that it returns. An ArgumentError is printed with the usage
 * below it, and the exit code is 2.
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
  // A compiler that was interrupted may still be at work; it ends with this process.
  process.exit(code);
}
