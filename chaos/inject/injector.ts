import type { PlannedFault } from '../plan/plan-faults.ts';
import type { ChaosStack } from '../start-chaos-stack.ts';

export interface Injection {
  readonly stack: ChaosStack;
  readonly fault: PlannedFault;
  readonly signal: AbortSignal;
}

/**
 * Does something bad, and ends it.
 *
 * @returns Whether it took effect.
 */
export type Injector = (injection: Injection) => Promise<boolean>;
