import type { NodeReference } from '../api/task-input.ts';

/** A task from the moment its execution time began. */
export interface Execution {
  readonly node: NodeReference;
  readonly taskId: string;
  readonly startedAtMs: number;
  /** Milliseconds since the epoch; absent = unbounded. */
  readonly deadlineMs?: number;
}
