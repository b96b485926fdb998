import { UsageError } from './errors.ts';

const EXIT_USAGE = 2;

/**
 * Runs a program and ends the process with the exit code that it returns; for a UsageError only its message is printed,
 * with exit code 2.
 */
export async function exitWith(program: () => Promise<number>): Promise<never> {
  let code: number;
  try {
    code = await program();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n`);
    code = EXIT_USAGE;
  }
  // A compiler that was interrupted may still be at work; it ends with this process.
  process.exit(code);
}
