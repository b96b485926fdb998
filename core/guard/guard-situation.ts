import type { GuardCheck } from '../../api/guard-verdicts.ts';
import type { NodeReference } from '../../api/node-reference.ts';
import type { ObservedNode } from './chain-observation.ts';

/** Address that seid reports on every node without a validator key: that of a zero key. */
export const ADDRESS_OF_NO_KEY = '66687AADF862BD776C8FC18B8E9F8E2008971485';

/** What the guard has to know in addition to the chain. Times are in milliseconds since the epoch. */
export interface GuardSituation {
  readonly target: GuardTarget;
  /** Uid of the `kube-system` namespace of the cluster of the target, and of all nodes that were observed. */
  readonly cluster: string;
  /** Validators that this service has restarted and that have not yet been seen to sign. */
  readonly recent: readonly RecentRestart[];
  /** When the task acquired its permits: what was read before does not count. */
  readonly permittedAtMs: number;
  /** End of the last restart of the target that its sidecar lists. Unset: none is known. */
  readonly lastRestartMs?: number;
}

/** What the SeiNode of the target says. */
export interface GuardTarget extends NodeReference {
  /** `spec.chainId`. Unset: it has none. */
  readonly chainId?: string;
  readonly role: ObservedNode['role'];
  readonly isPaused: boolean;
  readonly isUpdating: boolean;
  /** Name of the SeiNodeTaskWorkflow that holds it, safe to show. Unset: none. */
  readonly heldBy?: string;
}

/** A validator that this service has restarted. Times are in milliseconds since the epoch. */
export interface RecentRestart extends NodeReference {
  /**
   * Uid of the `kube-system` namespace of its cluster: clusters on one Temporal namespace share the record, and a name says
   * nothing in another one. Unset: recorded before this field was.
   */
  readonly cluster?: string;
  /** Of its validator key. Unset: it was not known when the task was sent. */
  readonly address?: string;
  /** Id of the workflow that sent it. Unset: not known. */
  readonly holder?: string;
  /** When the task was about to be sent. */
  readonly sentAtMs: number;
  /**
   * When the task ended. 10 minutes later where nobody saw its restart end. Unset: the task has not ended, or its workflow
   * was ended from outside.
   */
  readonly endedAtMs?: number;
}

export interface GuardSettings {
  /** Least number of other nodes that have to agree on the chain, at least 1. */
  readonly minSources: number;
  /** Largest share of the voting power that may be down, 1 to 33 percent. Unset: what is below a third. */
  readonly maxDownPercent?: number;
  /** Findings that are passed over. */
  readonly overridden: readonly GuardCheck[];
}

/** Whether two references name the same node. */
export function isSameNode(one: NodeReference, other: NodeReference): boolean {
  return one.namespace === other.namespace && one.name === other.name;
}
