import {
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  metricMeter,
  proxyActivities,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../core/activities.ts';
import { permitIdOf } from '../api/temporal/permit-id.ts';
import { present } from '../lib/present.ts';
import { definitionOf, type TaskKind } from '../api/task-kinds.ts';
import { isBegun } from '../core/knowledge.ts';
import type { BegunTask } from '../api/temporal/task-input.ts';
import type { TaskOutcome } from '../api/temporal/task-outcome.ts';
import { timestamp } from '../lib/timestamp.ts';
import { SHORT } from './activity-options.ts';
import { TaskControl } from './task-control.ts';
import { TaskDisplay } from './task-display.ts';
import { TaskLifecycle, type FinishedTask } from './task-lifecycle.ts';

/** Carries out a task of any kind, from its input to its verdict. */
export async function runTask(kind: TaskKind, input: unknown): Promise<TaskOutcome> {
  const display = new TaskDisplay();
  const control = new TaskControl();
  let known = input;
  let ended = await new TaskLifecycle({ kind, input, control, display }).run();
  for (let begun = await finish(kind, ended, known); begun !== undefined; begun = await finish(kind, ended, known)) {
    known = { ...(input as object), begun };
    ended = await new TaskLifecycle({ kind, input: known, control, display }).run();
  }
  const { verdict } = ended;
  display.end(verdict);
  metricMeter
    .createCounter('sei_task_verdicts', '1', 'Tasks that reached their end, by kind and reason')
    .add(1, { kind, reason: verdict.reason });
  const outcome = outcomeOf(kind, ended);
  if (verdict.phase === 'Complete') return outcome;
  // Temporal shows red what is red, and a runbook that composes it gets an exception.
  if (verdict.reason === 'Cancelled') throw new CancelledFailure(verdict.message, [outcome]);
  throw ApplicationFailure.create({
    type: verdict.reason,
    message: verdict.message,
    details: [outcome],
    nonRetryable: true,
  });
}

/**
 * Releases the permit and writes the verdict.
 *
 * @param input - What the verdict was made from.
 * @returns The task that the status says was begun, if the verdict does not account for it: then the verdict was not
 * written.
 */
async function finish(
  kind: TaskKind,
  { task, plan, verdict, startedAtMs, submittedAtMs, permitRunId, chainPermit }: FinishedTask,
  input: unknown,
): Promise<BegunTask | undefined> {
  if (plan === undefined && task.mirrorTo === undefined) return undefined;
  const { mirrorStatus } = proxyActivities<Activities>({ ...SHORT, summary: `Write the verdict: ${verdict.reason}` });
  // Without a plan it may hold the permit as well: the worker that made both was lost before it told.
  const { workflowId: holder } = workflowInfo();
  const isOwnPermit = definitionOf(kind).changesNode && (plan?.permitHolder ?? holder) === holder;
  const permit = isOwnPermit
    ? { permitId: permitIdOf(task.cluster, task.node), holder, ...present({ runId: permitRunId }) }
    : undefined;
  const unbegun = startedAtMs === undefined && !isBegun(input);
  const request = {
    task,
    verdict,
    endedAtMs: Date.now(),
    workflowStartedAtMs: workflowInfo().startTime.getTime(),
    unbegun,
    ...present({ submittedAtMs, startedAtMs, permit, chainPermit }),
  };
  return await CancellationScope.nonCancellable(() => mirrorStatus(request));
}

function outcomeOf(kind: TaskKind, { task, verdict, startedAtMs, notice }: FinishedTask): TaskOutcome {
  const { namespace, name } = task.node;
  return {
    kind,
    verdict,
    node: { namespace, name },
    ...present({ notice }),
    ...(startedAtMs === undefined ? {} : { taskId: task.taskId, executionStartedAt: timestamp(startedAtMs) }),
    endedAt: timestamp(Date.now()),
  };
}
