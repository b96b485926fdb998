import { CancellationScope } from '@temporalio/workflow';
import { DISPATCHING, withNotice, workingOn } from '../api/progress.ts';
import { phaseMet, type Verdict } from '../api/verdict.ts';
import { executionOf, type Execution } from './execution.ts';
import type { TaskRun } from './task-run.ts';

/**
 * Starts the execution time and writes so, before anything is sent. Also when the task is being cancelled: what was
 * begun before must be looked at.
 *
 * @returns The verdict when the resource stands in the way.
 */
export async function beginExecution({ plan, mirror, display, notice }: TaskRun): Promise<{ execution: Execution } | { verdict: Verdict }> {
  const first = executionOf(plan, plan.begun?.executionStartedAt);
  const mirrored = await CancellationScope.nonCancellable(() =>
    mirror.step({
      step: 'executing',
      progress: withNotice(plan.begun?.accepted ? workingOn(plan.kind) : DISPATCHING, notice),
      ...(plan.begun === undefined ? { targetMessage: phaseMet(plan.node, plan.requirePhase) } : {}),
      taskId: first.taskId,
      startedAtMs: first.startedAtMs,
    }),
  );
  if ('verdict' in mirrored) return mirrored;
  const execution = executionOf(plan, mirrored.executionStartedAt, first.startedAtMs);
  display.show(DISPATCHING, execution);
  return { execution };
}
