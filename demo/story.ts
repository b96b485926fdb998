import type { LocalStack } from '../dev/start-local-stack.ts';
import type { Claims } from './claims.ts';
import type { Operator } from './operator.ts';

/** What every chapter of the demo works with. */
export interface Story {
  readonly stack: LocalStack;
  readonly operator: Operator;
  readonly claims: Claims;
  /** Aborted by Ctrl-C, and when a server ends unexpectedly. */
  readonly signal: AbortSignal;
}
