import { SEI_NODE_TASK } from '../api/resources.ts';
import { KubernetesTransport } from '../kubernetes/kubernetes-transport.ts';
import { loadKubeConfig } from '../kubernetes/load-kube-config.ts';
import { ResourceClient } from '../kubernetes/resource-client.ts';
import { TaskMissingError } from './errors.ts';
import type { Task } from './task.ts';

/** Field manager of what this program writes. The service names it in messages when it is not known who asked. */
export const FIELD_MANAGER = 'kubectl-snt';

/** Options of every command. Unset: what the kubeconfig says. */
export interface ClusterOptions {
  readonly namespace?: string | undefined;
  readonly context?: string | undefined;
  readonly kubeconfig?: string | undefined;
}

/** Access to the cluster and namespace that a command line names. */
export class Session implements AsyncDisposable {
  readonly transport: KubernetesTransport;
  readonly tasks: ResourceClient<Task>;
  readonly namespace: string;
  readonly #flags: string;

  /** @throws KubeConfigError */
  constructor({ namespace, context, kubeconfig: file }: ClusterOptions) {
    const kubeConfig = loadKubeConfig({ file, context });
    this.transport = new KubernetesTransport(kubeConfig);
    this.tasks = new ResourceClient<Task>(this.transport, SEI_NODE_TASK);
    this.namespace = namespace ?? kubeConfig.getContextObject(kubeConfig.getCurrentContext())?.namespace ?? 'default';
    const flags = [
      ['-n', this.namespace],
      ['--context', context],
      ['--kubeconfig', file],
    ] as const;
    this.#flags = flags.flatMap(([flag, value]) => (value === undefined ? [] : [`${flag} ${quoted(value)}`])).join(' ');
  }

  /** A command to run next, on the same cluster and namespace. */
  command(words: string): string {
    return `kubectl snt ${words} ${this.#flags}`;
  }

  /** @throws TaskMissingError */
  async task(name: string): Promise<Task> {
    const task = await this.tasks.get(this.namespace, name);
    if (task !== undefined) return task;
    throw new TaskMissingError(
      `SeiNodeTask ${this.namespace}/${name} does not exist. List those that do: ${this.command('get')}`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.transport.close();
  }
}

/** For a shell. */
function quoted(text: string): string {
  return /^[-\w./:@]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
