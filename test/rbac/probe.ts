import type { Account } from '../support/account.ts';
import type { TestEnvironment } from '../support/test-environment.ts';

export interface Attempt {
  readonly environment: TestEnvironment;
  readonly account: Account;
  /** For what it creates; no other attempt has it. */
  readonly name: string;
}

/** What one right is for. */
export interface Probe {
  /** What cannot be done without it. */
  readonly what: string;
  /** Other roles that this needs, by name. */
  readonly besides?: readonly string[];
  /** Does it, as the account. @throws Error that tells which right is missing. */
  readonly attempt: (attempt: Attempt) => Promise<unknown>;
}

/** By the title of the right. */
export type Probes = Readonly<Record<string, Probe>>;
