/** Chain of the nodes, and the Kubernetes namespace that they are in. */
export const CHAIN_ID = 'bench-1';
export const NAMESPACE = 'default';
export const TASK_QUEUE = 'runbooks';

/** What the process of the worker is told at its start, as its only argument, in JSON. */
export interface RunbookWorkerSettings {
  readonly temporal: { readonly address: string; readonly namespace: string };
  readonly kubeconfig: string;
  readonly bundleFile: string;
  /** How many there are: see `nodeName`. */
  readonly nodes: number;
}

export function nodeName(index: number): string {
  return `node-${index}`;
}
