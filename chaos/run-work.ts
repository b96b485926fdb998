import { setTimeout as sleep } from 'node:timers/promises';
import type { RetryingOperator } from './retrying-operator.ts';
import type { PlannedRunbook, PlannedWork } from './plan/plan-work.ts';

/** Operators wait while so many tasks are open: on a busy machine they would bury the service. */
const MOST_OPEN = 40;
const LOOK_MS = 200;

export interface WorkRun {
  readonly operator: Pick<RetryingOperator, 'carryOut' | 'run'>;
  /** How many tasks are open now. */
  readonly open: () => number;
  /** Ends the stream; what was begun is brought to its end. */
  readonly enough: AbortSignal;
}

/** Lets operators work until it is enough. @returns The runbooks that were started. */
export async function runWork(
  work: Iterator<PlannedWork, never>,
  { operator, open, enough }: WorkRun,
): Promise<PlannedRunbook[]> {
  const begun: Promise<void>[] = [];
  const runbooks: PlannedRunbook[] = [];
  for (;;) {
    const { value } = work.next();
    await sleep(value.afterMs, undefined, { signal: enough }).catch(() => undefined);
    while (open() >= MOST_OPEN && !enough.aborted)
      await sleep(LOOK_MS, undefined, { signal: enough }).catch(() => undefined);
    if (enough.aborted) break;
    if ('task' in value) {
      begun.push(operator.carryOut(value.task));
    } else {
      runbooks.push(value.runbook);
      begun.push(operator.run(value.runbook));
    }
  }
  await Promise.all(begun);
  return runbooks;
}
