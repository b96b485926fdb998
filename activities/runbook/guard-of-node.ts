import type { ChainObservation } from '../../core/guard/chain-observation.ts';
import { decideGuard, type GuardDecision } from '../../core/guard/decide-guard.ts';
import type { GuardTarget, RecentRestart } from '../../core/guard/guard-situation.ts';
import { present } from '../../lib/present.ts';
import type { GuardCheck } from '../../api/guard-verdicts.ts';

/** What a plan and a spec have in common. */
interface GuardRules {
  readonly guard: { readonly minSources: number; readonly maxDownPercent?: number | undefined };
  readonly override?: { readonly checks: readonly GuardCheck[] } | undefined;
}

/** What is known of restarts, in addition to the chain. */
export interface KnownRestarts {
  /** Uid of the `kube-system` namespace of the node's cluster. */
  readonly cluster: string;
  /** Validators of the chain that this service has restarted and that have not yet been seen to sign. */
  readonly recent?: readonly RecentRestart[];
  /** End of the last restart of the node, in milliseconds since the epoch. Unset: none is known. */
  readonly lastRestartMs?: number | undefined;
}

/** What the guard says of a node without its permits. The task that restarts the node asks it again, with them. */
export function guardOfNode(
  observation: ChainObservation,
  target: GuardTarget,
  { guard, override }: GuardRules,
  { nowMs, cluster, recent = [], lastRestartMs }: KnownRestarts & { readonly nowMs: number },
): GuardDecision {
  return decideGuard(
    observation,
    { target, cluster, recent, permittedAtMs: 0, ...present({ lastRestartMs }) },
    {
      minSources: guard.minSources,
      ...present({ maxDownPercent: guard.maxDownPercent }),
      overridden: override?.checks ?? [],
    },
    nowMs,
  );
}
