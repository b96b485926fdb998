import { SEI_NODE_TASK } from '../api/resources.ts';
import type { SeiNodeTask } from '../api/sei-node-task.ts';
import type { KubernetesObject } from '../kubernetes/kubernetes-object.ts';

export type Task = SeiNodeTask & KubernetesObject;

/** As kubectl's `-o name`. */
export function resourceName({ metadata }: Task): string {
  return `${SEI_NODE_TASK.plural.slice(0, -1)}.${SEI_NODE_TASK.group}/${metadata.name}`;
}

/** Without what no reader looks for, as kubectl prints it. */
export function withoutManagedFields(task: Task): object {
  const { managedFields: _, ...metadata } = task.metadata;
  return { ...task, metadata };
}
