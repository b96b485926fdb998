import type { ServiceStack } from '../dev/start-service-stack.ts';
import type { Claims } from './claims.ts';
import type { KubectlOperator } from './kubectl-operator.ts';

/** What every chapter of the demo works with. */
export interface Story {
  readonly stack: ServiceStack;
  readonly operator: KubectlOperator;
  readonly claims: Claims;
  /** Aborted by Ctrl-C, and when a server ends unexpectedly. */
  readonly signal: AbortSignal;
}
