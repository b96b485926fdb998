import type { SpecVersion } from './spec-version.ts';

/** The part of a SeiNodeTask's spec that may change while the task runs, as the bridge sends it to the workflow. */
export interface SpecChange extends SpecVersion {
  /** Longest execution time, in milliseconds. Unset: unbounded. */
  readonly timeoutMs?: number;
  /** Least time between two restarts of the node, in milliseconds. Unset: as it was. */
  readonly betweenRestartsMs?: number;
}
