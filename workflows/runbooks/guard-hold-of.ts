import type { GuardNumbers } from '../../core/guard/decide-guard.ts';
import type { GuardHold } from '../../core/guard/guard-hold.ts';

/** What a node waits for that the guard holds back. A guard that allows it waits for the permit of the chain. */
export function guardHoldOf({ verdict }: GuardNumbers, sinceMs: number): GuardHold {
  return { by: verdict === 'Allowed' || verdict === 'NotAValidator' ? 'ChainPermit' : verdict, sinceMs };
}
