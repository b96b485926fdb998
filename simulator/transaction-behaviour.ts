/**
 * The result of looking up a transaction. `no_proposal_id`: it is in a block, and the sidecar cannot read the id of the
 * proposal (a vote has none, and succeeds).
 */
export type TransactionOutcome = 'committed_ok' | 'committed_failed' | 'pending' | 'unverifiable' | 'no_proposal_id';

/**
 * The result of a node's governance transactions. May be changed at any time: the value at the end of the time before
 * inclusion counts. A transaction that is in a block keeps its height, its proposal and whether it failed. A sidecar of
 * version v0.0.56 completes the task whatever the result, and does not report it.
 */
export interface TransactionBehaviour {
  /** @default 'committed_ok' */
  outcome?: TransactionOutcome;
  /**
   * Number of runs of a task that end `pending` before `outcome` applies. An interrupted run does not count. @default 0
   */
  pendingRuns?: number;
  /**
   * How long a run waits for its result, milliseconds. A shorter value that is set during the wait ends it earlier.
   *
   * @default 0
   */
  inclusionDelayMs?: number;
  /**
   * Replaces, in a completed or failed task, its `result`: any JSON value. `undefined`, given explicitly, leaves the
   * result out.
   */
  result?: unknown;
}
