import { executionLimitSeconds } from '../core/execution-limit.ts';
import { formatDuration } from '../lib/go-duration.ts';
import { printable } from '../lib/printable.ts';
import { isTerminal } from '../api/sei-node-task.ts';
import { kindOf, nodeNameOf } from '../api/temporal/task-input.ts';
import type { Task } from './task.ts';

const NAME_LIMIT = 256;
const MESSAGE_LIMIT = 4096;

/** What every view tells of a task, safe to show; empty text for what is not known. */
export interface TaskFacts {
  readonly kind: string;
  readonly target: string;
  readonly phase: string;
  readonly reason: string;
  readonly step: string;
  readonly message: string;
}

export function taskFacts(task: Task): TaskFacts {
  const { phase, reason, step, message } = task.status ?? {};
  return {
    kind: short(kindOf(task)),
    target: short(nodeNameOf(task)),
    phase: short(phase),
    reason: short(reason),
    step: short(step),
    message: phase === undefined ? 'No service has seen this task yet.' : printable(message ?? '', MESSAGE_LIMIT),
  };
}

export function short(text = ''): string {
  return printable(text, NAME_LIMIT);
}

export function isOver({ status }: Task): boolean {
  return isTerminal(status?.phase);
}

/** How long it took, or takes until now; empty before it was first seen. */
export function durationText({ status }: Task, nowMs: number): string {
  if (isTerminal(status?.phase)) return short(status?.duration);
  return status?.startedAt === undefined ? '' : formatDuration(nowMs - Date.parse(status.startedAt));
}

/** As `durationText`; once it executes the time of that, and how much it has: `12s of 10m0s`. */
export function elapsedText(task: Task, nowMs: number): string {
  const begun = task.status?.task?.executionStartedAt;
  if (isOver(task) || begun === undefined) return durationText(task, nowMs);
  const elapsed = formatDuration(nowMs - Date.parse(begun));
  const limit = executionLimitSeconds(kindOf(task), task.spec?.['timeoutSeconds']);
  return limit === undefined ? elapsed : `${elapsed} of ${formatDuration(limit * 1000)}`;
}
