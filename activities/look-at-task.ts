import { observationOf, type TaskObservation } from '../api/sidecar-task.ts';
import type { NodeReference } from '../api/task-input.ts';
import type { SidecarClient } from './sidecar-client.ts';

export interface TaskReference {
  readonly node: NodeReference;
  readonly taskId: string;
}

/** Asks the sidecar once what it knows of a task. */
export async function lookAtTask(
  sidecar: SidecarClient,
  { node, taskId }: TaskReference,
  signal: AbortSignal,
): Promise<TaskObservation> {
  const task = await sidecar.getTask(node, taskId, signal);
  if (task !== undefined) return observationOf(task);
  return (await sidecar.isAlive(node, signal)) ? { state: 'absent' } : { state: 'unconfirmed' };
}
