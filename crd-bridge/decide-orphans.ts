/** So few may always be cancelled: in a small installation one deleted task is more than a fifth of all. */
const ALWAYS_CANCELLED = 5;

export interface OrphanSweep {
  /** How many workflows are open whose resources this process would see. */
  readonly open: number;
  /** Ids of those whose resource is gone. */
  readonly orphans: readonly string[];
  /** How many of `open` may be orphans, in percent. */
  readonly limitPercent: number;
}

/**
 * Which orphans are to be cancelled: all or none. So many missing resources at once are rather the mistake of a restore,
 * of a kubeconfig or of a CRD that was deleted than the wish of an operator.
 *
 * @returns `withheld` is how many are left running for that reason.
 */
export function decideOrphans({ open, orphans, limitPercent }: OrphanSweep): {
  readonly cancel: readonly string[];
  readonly withheld: number;
} {
  const isPlausible = orphans.length <= ALWAYS_CANCELLED || 100 * orphans.length <= limitPercent * open;
  return isPlausible ? { cancel: orphans, withheld: 0 } : { cancel: [], withheld: orphans.length };
}
