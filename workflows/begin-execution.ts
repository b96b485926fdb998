import { CancellationScope, workflowInfo } from '@temporalio/workflow';
import { DISPATCHING, workingOn } from '../api/progress.ts';
import { taskId } from '../api/task-id.ts';
import type { TaskPlan } from '../api/task-plan.ts';
import { phaseMet, type Verdict } from '../api/verdict.ts';
import { recordedTime } from './recorded-time.ts';
import type { Execution } from './execution.ts';
import type { TaskRun } from './task-run.ts';

/**
 * Starts the execution time and writes so, before anything is sent. Also when the task is being cancelled: what was
 * begun before must be looked at.
 *
 * @returns The verdict when the resource stands in the way.
 */
export async function beginExecution({ plan, mirror, display }: TaskRun): Promise<{ execution: Execution } | { verdict: Verdict }> {
  const first = executionFrom(plan, recordedTime(plan.begun?.executionStartedAt, Date.now()));
  const mirrored = await CancellationScope.nonCancellable(() =>
    mirror.step({
      step: 'executing',
      progress: plan.begun?.accepted ? workingOn(plan.kind) : DISPATCHING,
      ...(plan.begun === undefined ? { targetMessage: phaseMet(plan.node, plan.requirePhase) } : {}),
      taskId: first.taskId,
      startedAtMs: first.startedAtMs,
    }),
  );
  if ('verdict' in mirrored) return mirrored;
  const execution = executionFrom(plan, recordedTime(mirrored.executionStartedAt, first.startedAtMs));
  display.show(DISPATCHING, execution);
  return { execution };
}

/** A task that was begun before keeps its id. */
function executionFrom({ kind, node, mirrorTo, begun, timeoutMs }: TaskPlan, startedAtMs: number): Execution {
  const { workflowId, firstExecutionRunId } = workflowInfo();
  return {
    node,
    taskId: begun?.taskId ?? taskId(mirrorTo?.uid ?? `${workflowId}/${firstExecutionRunId}`, kind),
    startedAtMs,
    ...(timeoutMs === undefined ? {} : { deadlineMs: startedAtMs + timeoutMs }),
  };
}
