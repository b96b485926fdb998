import type { JournalEntry } from '../../simulator/journal.ts';
import type { ObservedNode, ObservedTask } from '../observations.ts';

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

/** A process that has ended no longer does anything. */
function endsRun(later: JournalEntry, run: JournalEntry & { type: 'run-began' }): boolean {
  if (later.type === 'sidecar-ended') return later.lifetime === run.lifetime;
  return later.type === 'run-ended' && later.taskId === run.taskId && later.lifetime === run.lifetime;
}

/**
 * Only the moment in which an image is set: its roll-out belongs to the controller of SeiNodes. Its arrival in etcd is
 * seen late on a busy machine; by the end of the dispatch it was there.
 */
function imageOperations({ name, images }: ObservedNode, tasks: readonly ObservedTask[]): Operation[] {
  return images.flatMap(({ image, setAt }) => {
    const task = tasks.find((candidate) => candidate.node === name && candidate.image === image);
    if (task === undefined) return [];
    const at = Math.min(setAt, task.workflow?.dispatchedAt ?? Number.POSITIVE_INFINITY);
    return [{ id: task.taskId, what: 'UpdateNodeImage', from: at, to: at, isAgain: false }];
  });
}
