import type { SeiNodeTaskStatus } from '../../api/sei-node-task.ts';
import { timestamp } from '../../lib/timestamp.ts';

/** RFC 3339, whole seconds. */
export function ago(seconds: number): string {
  return timestamp(Date.now() - seconds * 1_000);
}

/** What another controller has written of a task that it began a minute ago, before it sent it. */
export function begunAMinuteAgo(id: string): SeiNodeTaskStatus {
  const time = ago(60);
  return {
    phase: 'Running',
    startedAt: time,
    phaseTransitionTime: time,
    task: { id, status: 'Pending', executionStartedAt: time },
  };
}

/** The same once the sidecar had accepted the task. */
export function sentAMinuteAgo(id: string): SeiNodeTaskStatus {
  const { task, ...status } = begunAMinuteAgo(id);
  return { ...status, task: { ...task, id, status: 'Running', submittedAt: ago(60) } };
}
