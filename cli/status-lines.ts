import { printable } from '../api/printable.ts';
import type { SeiNodeTaskStatus } from '../api/sei-node-task.ts';
import { aligned } from './aligned.ts';
import { elapsedText, short, taskFacts } from './task-facts.ts';
import type { Task } from './task.ts';

/** Where a task stands, for a person. */
export function statusLines(task: Task, nowMs: number): string[] {
  const { metadata, status = {} } = task;
  const { kind, target, phase, reason, step, message } = taskFacts(task);
  const facts: readonly (readonly [string, string])[] = [
    ['Task', `${metadata.namespace}/${metadata.name}`],
    ['Kind', kind],
    ['Target', target],
    ['Phase', phase],
    ['Step', step],
    ['Reason', reason],
    ['Elapsed', elapsedText(task, nowMs)],
    ['Message', message],
    ...traces(status),
  ];
  return [...aligned(facts.filter(([, value]) => value !== '').map(([label, value]) => [`${label}:`, value])), ...conditionLines(task)];
}

/** Where to look further. */
function traces({ outputs, task, workflow }: SeiNodeTaskStatus): [string, string][] {
  return [
    ['Outputs', outputs === undefined ? '' : printable(JSON.stringify(outputs))],
    ['Task id', short(task?.id)],
    ['Workflow', printable(workflow?.url ?? workflow?.id ?? '')],
  ];
}

function conditionLines({ status }: Task): string[] {
  const rows = (status?.conditions ?? []).map(({ type, status: value, reason, message }) => [`  ${short(type)}=${value}`, short(reason), printable(message)]);
  return rows.length === 0 ? [] : ['Conditions:', ...aligned(rows)];
}
