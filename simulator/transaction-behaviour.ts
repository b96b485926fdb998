/**
 * How a look for a transaction ends. `no_proposal_id`: it is in a block, and the sidecar cannot read the id of the
 * proposal (a vote has none, and succeeds).
 */
export type TransactionOutcome = 'committed_ok' | 'committed_failed' | 'pending' | 'unverifiable' | 'no_proposal_id';

/**
 * What becomes of a node's governance transactions. May be changed at any time: it counts what is set when the time
 * before inclusion is over. A transaction that is in a block keeps its height, its proposal and whether it failed.
 * A sidecar of version v0.0.56 completes the task whatever becomes of the transaction, and tells nothing of it.
 */
export interface TransactionBehaviour {
  /** @default 'committed_ok' */
  outcome?: TransactionOutcome;
  /**
   * So many runs of a task end `pending` before `outcome` comes true; a run that was interrupted is none. @default 0
   */
  pendingRuns?: number;
  /** How long a run waits before it has its outcome, milliseconds; less, set meanwhile, ends that wait. @default 0 */
  inclusionDelayMs?: number;
  /**
   * Stands in the task, completed or failed, in place of its `result`: any JSON value. `undefined`, given explicitly,
   * leaves the result out.
   */
  result?: unknown;
}
