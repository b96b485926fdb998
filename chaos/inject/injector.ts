import type { PlannedFault } from '../plan/plan-faults.ts';
import type { World } from '../world.ts';

export interface Injection {
  readonly world: World;
  readonly fault: PlannedFault;
  readonly signal: AbortSignal;
}

/**
 * Does something bad, and ends it.
 *
 * @returns Whether it took effect.
 */
export type Injector = (injection: Injection) => Promise<boolean>;
