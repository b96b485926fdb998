import { taskPhases, type TaskPhase } from '../api/phases.ts';
import { isTerminal, type SeiNodeTask, type SeiNodeTaskStatus } from '../api/sei-node-task.ts';
import { isTaskKind, taskKindNames, type TaskKind } from '../api/task-kinds.ts';

/** Stands for every kind that this version does not know, so that the label has a bounded number of values. */
const OTHER_KIND = 'other';
export type KindLabel = TaskKind | typeof OTHER_KIND;
export const kindLabels: readonly KindLabel[] = [...taskKindNames, OTHER_KIND];

/** The value of the label `kind`. */
export function kindLabel(kind: unknown): KindLabel {
  return typeof kind === 'string' && isTaskKind(kind) ? kind : OTHER_KIND;
}

/** All tasks at one moment. Every kind and phase is there, also with 0: a gauge keeps its last value. */
export interface TaskCensus {
  readonly counts: readonly { readonly kind: KindLabel; readonly phase: TaskPhase; readonly count: number }[];
  readonly oldestPending: readonly { readonly kind: KindLabel; readonly ageSeconds: number }[];
}

/** Counts tasks by kind and phase, and finds the oldest task in phase Pending of each kind. */
export function taskCensus(tasks: readonly SeiNodeTask[], nowMs: number): TaskCensus {
  const counts = new Map<string, number>();
  const pendingSinceMs = new Map<KindLabel, number>();
  for (const task of tasks) {
    const kind = kindLabel(task.spec?.['kind']);
    const phase = phaseOf(task);
    const key = `${kind}/${phase}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
    if (phase === 'Pending')
      pendingSinceMs.set(kind, Math.min(pendingSinceMs.get(kind) ?? nowMs, firstSeenMs(task) ?? nowMs));
  }
  return {
    counts: kindLabels.flatMap((kind) =>
      taskPhases.map((phase) => ({ kind, phase, count: counts.get(`${kind}/${phase}`) ?? 0 })),
    ),
    oldestPending: kindLabels.map((kind) => ({
      kind,
      ageSeconds: (nowMs - (pendingSinceMs.get(kind) ?? nowMs)) / 1000,
    })),
  };
}

function phaseOf({ status }: SeiNodeTask): TaskPhase {
  return status?.phase ?? 'Pending';
}

function firstSeenMs({ metadata, status }: SeiNodeTask): number | undefined {
  const sinceMs = Date.parse(status?.startedAt ?? metadata.creationTimestamp ?? '');
  return Number.isNaN(sinceMs) ? undefined : sinceMs;
}

/** How long a finished task took. A time that the status does not have is unset. */
export interface TaskDurations {
  /** From `status.startedAt` to the verdict. */
  readonly totalSeconds: number | undefined;
  /** From `status.task.executionStartedAt` to the verdict. */
  readonly executionSeconds: number | undefined;
}

export function taskDurations({ phase, startedAt, completedAt, task }: SeiNodeTaskStatus): TaskDurations {
  const since = (from: string | undefined): number | undefined => {
    const seconds = (Date.parse(completedAt ?? '') - Date.parse(from ?? '')) / 1000;
    return !isTerminal(phase) || Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
  };
  return { totalSeconds: since(startedAt), executionSeconds: since(task?.executionStartedAt) };
}
