import type { ChainObservation } from '../../core/guard/chain-observation.ts';
import { decideGuard, type GuardDecision } from '../../core/guard/decide-guard.ts';
import type { GuardTarget } from '../../core/guard/guard-situation.ts';
import { present } from '../../lib/present.ts';
import type { GuardCheck } from '../../api/guard-verdicts.ts';

/** What a plan and a spec have in common. */
interface GuardRules {
  readonly guard: { readonly minSources: number; readonly maxDownPercent?: number | undefined };
  readonly override?: { readonly checks: readonly GuardCheck[] } | undefined;
}

/**
 * What the guard says of a node, by the chain alone. The task that restarts the node asks it again, with the permits
 * that it holds then and the restarts that they record.
 */
export function guardOfNode(
  observation: ChainObservation,
  target: GuardTarget,
  { guard, override }: GuardRules,
  nowMs: number,
): GuardDecision {
  return decideGuard(
    observation,
    { target, recent: [], permittedAtMs: 0 },
    {
      minSources: guard.minSources,
      ...present({ maxDownPercent: guard.maxDownPercent }),
      overridden: override?.checks ?? [],
    },
    nowMs,
  );
}
