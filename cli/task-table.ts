import { provenanceText, provenanceOf } from '../api/provenance.ts';
import { printable } from '../lib/printable.ts';
import { ageText } from './age-text.ts';
import type { Column, Row } from './table.ts';
import { durationText, isOver, taskFacts } from './task-facts.ts';
import type { Task } from './task.ts';

const COLUMNS: readonly Column[] = [
  { title: 'NAME' },
  { title: 'KIND', leaveOut: 2 },
  { title: 'TARGET', leaveOut: 4 },
  { title: 'PHASE' },
  { title: 'STATE' },
  { title: 'DURATION', leaveOut: 3 },
  { title: 'AGE', leaveOut: 1 },
];

export interface TaskTableOptions {
  /** With the namespace of each task. */
  readonly isEverywhere: boolean;
  /** With who asked for it and why, its workflow, and the message of a task that is over. */
  readonly isWide: boolean;
  /** The task is gone, and this is what it was. */
  readonly isDeleted?: boolean;
}

export function taskColumns({ isEverywhere, isWide }: TaskTableOptions): readonly Column[] {
  return [
    ...(isEverywhere ? [{ title: 'NAMESPACE' }] : []),
    ...COLUMNS,
    ...(isWide ? [{ title: 'WHO AND WHY' }, { title: 'WORKFLOW' }] : []),
  ];
}

/** What blocks a task that has not ended is in the text; verdicts are long, and `status` has them. */
export function taskRow(task: Task, nowMs: number, { isEverywhere, isWide, isDeleted }: TaskTableOptions): Row {
  const { namespace, name } = task.metadata;
  const { kind, target, phase, reason, step, message } = taskFacts(task);
  const state = isDeleted === true ? 'Deleted' : step || reason;
  const cells = [name, kind, target, phase, state, durationText(task, nowMs), ageText(nowMs - createdMs(task))];
  return {
    cells: [...(isEverywhere ? [namespace] : []), ...cells, ...(isWide ? wideCells(task) : [])],
    text: isOver(task) && !isWide ? '' : message,
  };
}

function wideCells({ metadata, status }: Task): string[] {
  return [provenanceText(provenanceOf(metadata)), printable(status?.workflow?.url ?? status?.workflow?.id ?? '')];
}

export function createdMs({ metadata }: Task): number {
  return Date.parse(metadata.creationTimestamp ?? '');
}
