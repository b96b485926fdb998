import { setTimeout as sleep } from 'node:timers/promises';
import type { Operators } from './operators.ts';
import type { PlannedRunbook, PlannedWork } from './plan/plan-work.ts';

const LOOK_MS = 200;

export interface WorkRun {
  readonly operator: Pick<Operators, 'carryOut' | 'run' | 'roll'>;
  /** Whether so much is open that operators wait: on a busy machine they would bury the service. */
  readonly isFull: () => boolean;
  /** Ends the stream; what was begun is brought to its end. */
  readonly enough: AbortSignal;
}

/** Lets operators work until it is enough. @returns The runbooks that were started. */
export async function runWork(
  work: Iterator<PlannedWork, never>,
  { operator, isFull, enough }: WorkRun,
): Promise<PlannedRunbook[]> {
  const begun: Promise<void>[] = [];
  const runbooks: PlannedRunbook[] = [];
  for (;;) {
    const { value } = work.next();
    await sleep(value.afterMs, undefined, { signal: enough }).catch(() => undefined);
    while (isFull() && !enough.aborted) await sleep(LOOK_MS, undefined, { signal: enough }).catch(() => undefined);
    if (enough.aborted) break;
    if ('task' in value) {
      begun.push(operator.carryOut(value.task));
    } else if ('rollingRestart' in value) {
      begun.push(operator.roll(value.rollingRestart));
    } else {
      runbooks.push(value.runbook);
      begun.push(operator.run(value.runbook));
    }
  }
  await Promise.all(begun);
  return runbooks;
}
