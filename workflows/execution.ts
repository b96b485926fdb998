import { workflowInfo } from '@temporalio/workflow';
import { present } from '../api/present.ts';
import { taskId } from '../api/task-id.ts';
import type { NodeReference } from '../api/task-input.ts';
import type { TaskPlan } from '../api/task-plan.ts';
import { recordedTime } from './recorded-time.ts';

/** A task from the moment its execution time began. */
export interface Execution {
  readonly node: NodeReference;
  readonly taskId: string;
  readonly startedAtMs: number;
  /** Milliseconds since the epoch; absent = unbounded. */
  readonly deadlineMs?: number;
}

/**
 * @param recorded - Start of the execution as the status records it, RFC 3339.
 * @param oursMs - Start where none is recorded, in milliseconds since the epoch.
 */
export function executionOf(plan: TaskPlan, recorded: string | undefined, oursMs = Date.now()): Execution {
  const { node, timeoutMs } = plan;
  const startedAtMs = recordedTime(recorded, oursMs);
  return { node, taskId: taskIdOf(plan), startedAtMs, ...present({ deadlineMs: timeoutMs === undefined ? undefined : startedAtMs + timeoutMs }) };
}

/** The sidecar's id of a task: that of the resource's, or of the first run of a workflow without one. A begun task keeps its id. */
export function taskIdOf({ kind, mirrorTo, begun }: TaskPlan): string {
  const { workflowId, firstExecutionRunId } = workflowInfo();
  return begun?.taskId ?? taskId(mirrorTo?.uid ?? `${workflowId}/${firstExecutionRunId}`, kind);
}
