import type { NodeReference } from '../api/node-reference.ts';
import type { TaskReport } from '../api/sidecar/sidecar-task.ts';
import { definitionOf, type TaskKind } from '../api/task-kinds.ts';
import type { Knowledge } from './knowledge.ts';

/** Why a task that had been planned is over. */
export type End =
  /** The sidecar, or the SeiNode for an image, says how it ended. `height`: that of the node by then. */
  | { readonly by: 'report'; readonly report: TaskReport; readonly height?: number | undefined }
  /** The sidecar accepted it, and its kind asks for no more. */
  | { readonly by: 'acceptance' }
  | { readonly by: 'refusal'; readonly words: string }
  /** The execution time is over. `takenOff`: the wait was taken off the sidecar. */
  | { readonly by: 'deadline'; readonly takenOff: boolean }
  /** The sidecar has answered for `afterMs` that it does not know the task, which was sent or may have been sent. */
  | { readonly by: 'loss'; readonly afterMs: number }
  /** The SeiNode no longer exists. */
  | { readonly by: 'absence' }
  /** It was cancelled and is not watched any longer. `takenOff`: the wait was taken off the sidecar. */
  | { readonly by: 'cancellation'; readonly takenOff: boolean };

export interface EndedTask {
  readonly kind: TaskKind;
  readonly node: NodeReference;
  readonly payload: unknown;
  /** Unset: unbounded. */
  readonly timeoutMs?: number | undefined;
  readonly knowledge: Knowledge;
  readonly end: End;
  /** Set when the task was cancelled: why, possibly empty. */
  readonly cancelled?: string | undefined;
}

/**
 * Whether the node is known to be done with what was sent. Without a report it may still go down, as it may for an image
 * that another one has replaced.
 */
export function wasSeenToEnd(kind: TaskKind, end: End): boolean {
  return end.by === 'report' && (end.report.state === 'completed' || definitionOf(kind).endsWith !== 'image');
}
