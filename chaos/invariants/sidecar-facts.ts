import type { TaskView } from '../../simulator/task-store.ts';
import type { ObservedNode, ObservedTask } from '../observations.ts';

/** What happened to a task where it was to be done. */
export interface SidecarFacts {
  /** Whether the sidecar has worked on it, or its image was set. */
  readonly wasDone: boolean;
  /** How its runs ended that were over by the time its status said so. */
  readonly ends: readonly ('completed' | 'failed' | 'interrupted')[];
  /** When it was over for the first time; infinite when it never was. */
  readonly endedAt: number;
  /** What the sidecar says of its transaction at the end. */
  readonly inclusion: string | undefined;
  readonly wasDeleted: boolean;
  /** When the node began to run its image, infinite when it never did or was given another one. */
  readonly imageAt: number;
  /** Whether another image was set after its own. */
  readonly isSuperseded: boolean;
}

/** @param endSeenAt - When the task was seen to be over: what came later cannot have led to it. */
export function sidecarFacts({ taskId, image }: ObservedTask, node: ObservedNode, endSeenAt: number): SidecarFacts {
  const { events, requests, tasks, images } = node;
  const ended = events.flatMap((event) =>
    event.type === 'run-ended' && event.taskId === taskId && event.at <= endSeenAt ? [event] : [],
  );
  const set = images.find((candidate) => candidate.image === image);
  return {
    wasDone: set !== undefined || events.some((event) => event.type === 'run-began' && event.taskId === taskId),
    ends: ended.map(({ end }) => end),
    endedAt: ended.find(({ end }) => end !== 'interrupted')?.at ?? Number.POSITIVE_INFINITY,
    inclusion: inclusionOf(tasks.find(({ id }) => id === taskId)),
    wasDeleted: requests.some(({ method, path }) => method === 'DELETE' && path.endsWith(taskId)),
    imageAt: set?.runningAt ?? Number.POSITIVE_INFINITY,
    isSuperseded: set !== undefined && set !== images.at(-1),
  };
}

function inclusionOf(task: TaskView | undefined): string | undefined {
  return (task?.result as { inclusionStatus?: string } | undefined)?.inclusionStatus;
}
