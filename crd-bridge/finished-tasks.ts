import { isTerminal, type SeiNodeTask } from '../api/sei-node-task.ts';

/** A timer cannot wait longer than 2^31 ms. A task that is due later is checked again. */
const LONGEST_WAIT_MS = 3_600_000;

/**
 * Time until a finished task is deleted by `spec.ttlSecondsAfterFinished`, in milliseconds. 0: delete it now.
 *
 * @returns `undefined` when it is not to be deleted, or has not finished.
 */
export function remainingLifetime(task: SeiNodeTask, nowMs: number): number | undefined {
  const seconds = task.spec?.['ttlSecondsAfterFinished'];
  if (typeof seconds !== 'number' || seconds < 0 || !isTerminal(task.status?.phase)) return undefined;
  const endedAtMs = Date.parse(endOf(task) ?? '');
  if (Number.isNaN(endedAtMs)) return undefined;
  return Math.min(LONGEST_WAIT_MS, Math.max(0, endedAtMs + seconds * 1000 - nowMs));
}

/** A cluster with the CRD as first published has no `completedAt`. */
function endOf({ status }: SeiNodeTask): string | undefined {
  return (
    status?.completedAt ??
    status?.conditions?.find(({ type }) => type === 'Ready' || type === 'Failed')?.lastTransitionTime
  );
}
