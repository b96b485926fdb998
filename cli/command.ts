import type { Invocation } from './invocation.ts';

/** A word after the command. Its name says what it must be, see `value-problem.ts`. */
export interface Argument {
  readonly name: string;
  readonly optional?: boolean;
  readonly choices?: readonly string[];
  readonly help: string;
}

export interface Flag {
  /** Without the dashes. */
  readonly name: string;
  /** One letter, without the dash. */
  readonly short?: string;
  /** What it must be followed by, see `value-problem.ts`. Unset: the flag stands alone. */
  readonly value?: string;
  readonly choices?: readonly string[];
  readonly help: string;
}

/** Carries a command out and returns the exit code. */
type Run = (invocation: Invocation) => Promise<number>;

export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  readonly description: readonly string[];
  readonly arguments: readonly Argument[];
  readonly flags: readonly Flag[];
  readonly examples: readonly string[];
  /** Loads the code only when it is needed: help and completion are quick. */
  readonly load: () => Promise<Run>;
}
