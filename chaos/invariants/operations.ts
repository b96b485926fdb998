import type { JournalEntry } from '../../simulator/journal.ts';
import type { ObservedNode, ObservedTask } from '../observations.ts';
import { terminalState } from './terminal-state.ts';

/** Work that changes a node, from outside. */
export interface Operation {
  readonly id: string;
  readonly what: string;
  readonly from: number;
  readonly to: number;
  /** Whether a sidecar that was killed did it again by itself. */
  readonly isAgain: boolean;
}

const CHANGING = ['restart-seid', 'discover-peers', 'mark-ready'];

/** All operations on a node, in the order in which they began. */
export function operationsOn(node: ObservedNode, tasks: readonly ObservedTask[]): Operation[] {
  return [...sidecarOperations(node.events), ...imageOperations(node, tasks)].toSorted((a, b) => a.from - b.from);
}

function sidecarOperations(events: readonly JournalEntry[]): Operation[] {
  const seen = new Set<string>();
  return events.flatMap((event, index) => {
    if (event.type !== 'run-began' || !CHANGING.includes(event.taskType)) return [];
    const { taskId: id, taskType: what, at: from } = event;
    const end = events.slice(index).find((later) => endsRun(later, event));
    const isAgain = seen.has(id);
    seen.add(id);
    return [{ id, what, from, to: end?.at ?? Number.POSITIVE_INFINITY, isAgain }];
  });
}

/** A process that is gone does nothing any more. */
function endsRun(later: JournalEntry, run: JournalEntry & { type: 'run-began' }): boolean {
  if (later.type === 'sidecar-ended') return later.lifetime === run.lifetime;
  return later.type === 'run-ended' && later.taskId === run.taskId && later.lifetime === run.lifetime;
}

/**
 * From the image's arrival in the spec to the node that runs it, or to the end of a task that gave up before. Who
 * terminates a workflow in Temporal takes its node away from it at once.
 */
function imageOperations({ name, images }: ObservedNode, tasks: readonly ObservedTask[]): Operation[] {
  return images.flatMap(({ image, setAt, runningAt = Number.POSITIVE_INFINITY }) => {
    const task = tasks.find((candidate) => candidate.node === name && candidate.image === image);
    if (task === undefined || task.cancel === 'terminate') return [];
    const to = Math.min(runningAt, endOf(task));
    return to <= setAt ? [] : [{ id: task.taskId, what: 'UpdateNodeImage', from: setAt, to, isAgain: false }];
  });
}

function endOf(task: ObservedTask): number {
  const completedAt = Date.parse(terminalState(task)?.status.completedAt ?? '');
  return Math.min(Number.isNaN(completedAt) ? Number.POSITIVE_INFINITY : completedAt, task.deletedAt ?? Number.POSITIVE_INFINITY);
}
