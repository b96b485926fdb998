import type { SeiNodeTask } from '../api/sei-node-task.ts';
import type { KubernetesObject } from '../kubernetes/kubernetes-object.ts';

export type Task = SeiNodeTask & KubernetesObject;
