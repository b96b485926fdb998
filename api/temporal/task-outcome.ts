import type { NodeReference } from '../node-reference.ts';
import type { FailureReason } from '../reasons.ts';
import type { SeiNodeTaskStatus } from '../sei-node-task.ts';

interface VerdictBase {
  readonly message: string;
  /** `status.outputs` of the resource. */
  readonly outputs?: NonNullable<SeiNodeTaskStatus['outputs']>;
}

/** The end of a task: what goes into the resource's status, the workflow's result and the Event. */
export type Verdict = CompleteVerdict | FailedVerdict;

export interface CompleteVerdict extends VerdictBase {
  readonly phase: 'Complete';
  readonly reason: 'TaskComplete' | 'Confirmed';
}

export interface FailedVerdict extends VerdictBase {
  readonly phase: 'Failed';
  readonly reason: FailureReason;
  /** What the task waited for until its `queueTimeout` was over. Unset: it ended otherwise. */
  readonly waitedFor?: { readonly reason: 'Queued' | 'Guarded'; readonly message: string };
  /** The sidecar's words, when it was the sidecar that reported the failure. */
  readonly sidecarError?: string;
}

/**
 * What a task workflow leaves behind: its result when it completed, else the first of its failure's details. The
 * bridge mirrors it again where the workflow could not.
 */
export interface TaskOutcome {
  readonly kind: string;
  readonly verdict: Verdict;
  /** Unset: the input named none. */
  readonly node?: NodeReference;
  /** What was told with the task, such as what its override passed over. Unset: nothing. */
  readonly notice?: string;
  /** The sidecar's id. Unset: the task ended before its execution began. */
  readonly taskId?: string;
  /** RFC 3339. Unset: the task ended before its execution began. */
  readonly executionStartedAt?: string;
  /** RFC 3339. */
  readonly endedAt: string;
}
