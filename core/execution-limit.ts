import { definitionOf, isTaskKind } from '../api/task-kinds.ts';

/** The longest execution time, in seconds: a year. More means unlimited to those who ask for it. */
export const LONGEST_EXECUTION_SECONDS = 365 * 24 * 3600;

/**
 * How long a task may execute, in seconds: what its spec asks for, a year at most.
 *
 * @param asked - `spec.timeoutSeconds`; 0 and other types mean the kind's default.
 * @returns `undefined` when it is unbounded, or the kind is unknown and nothing is asked for.
 */
export function executionLimitSeconds(kind: string, asked: unknown): number | undefined {
  if (typeof asked === 'number' && asked > 0) return Math.min(asked, LONGEST_EXECUTION_SECONDS);
  return isTaskKind(kind) ? definitionOf(kind).defaultTimeoutSeconds : undefined;
}

/**
 * The least time between two restarts of a node, in seconds.
 *
 * @param asked - `spec.minSecondsBetweenRestarts`; it counts for kinds that restart seid.
 */
export function secondsBetweenRestarts(kind: string, asked: unknown): number {
  return isTaskKind(kind) && definitionOf(kind).restartsSeid && typeof asked === 'number' ? asked : 0;
}
