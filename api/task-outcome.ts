import type { NodeReference } from './task-input.ts';
import type { Verdict } from '../core/verdict.ts';

/**
 * What a task workflow leaves behind: its result when it completed, else the first of its failure's details. The
 * bridge mirrors it again where the workflow could not.
 */
export interface TaskOutcome {
  readonly kind: string;
  readonly verdict: Verdict;
  /** Unset: the input named none. */
  readonly node?: NodeReference;
  /** The sidecar's id. Unset: the task ended before its execution began. */
  readonly taskId?: string;
  /** RFC 3339. Unset: the task ended before its execution began. */
  readonly executionStartedAt?: string;
  /** RFC 3339. */
  readonly endedAt: string;
}
