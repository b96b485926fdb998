import { isatty } from 'node:tty';
import { SEI_NODE, SEI_NODE_RUNBOOK, SEI_NODE_TASK } from '../api/resources.ts';
import type { SeiNodeRunbook } from '../api/sei-node-runbook.ts';
import { KubernetesTransport } from '../kubernetes/kubernetes-transport.ts';
import type { ClusterAccess } from '../kubernetes/kube-config/cluster-access.ts';
import { loadKubeConfig } from '../kubernetes/load-kube-config.ts';
import { ResourceClient } from '../kubernetes/resource-client.ts';
import { RunbookMissingError, TaskMissingError } from './errors.ts';
import { nameHint } from './name-hint.ts';
import type { Task } from './task.ts';

/** Field manager of what this program writes. The service names it in messages when it is not known who asked. */
export const FIELD_MANAGER = 'kubectl-snt';

const [STDIN, STDERR] = [0, 2] as const;

/** Options of every command. Unset: what the kubeconfig says. */
export interface ClusterOptions {
  readonly namespace?: string | undefined;
  readonly context?: string | undefined;
  readonly kubeconfig?: string | undefined;
  readonly cluster?: string | undefined;
  readonly user?: string | undefined;
  readonly as?: string | undefined;
  readonly asGroup?: readonly string[] | undefined;
  /** In milliseconds. */
  readonly requestTimeout?: number | undefined;
}

/** Access to the cluster and namespace that a command line names. */
export class Session implements AsyncDisposable {
  readonly transport: KubernetesTransport;
  readonly tasks: ResourceClient<Task>;
  readonly runbooks: ResourceClient<SeiNodeRunbook>;
  readonly nodes: ResourceClient;
  readonly namespace: string;
  readonly #flags: string;

  /**
   * @param isAttended - Whether an exec plugin may ask a person. Default: there is a terminal.
   * @throws KubeConfigError
   */
  static async open(options: ClusterOptions, isAttended = isatty(STDIN) || isatty(STDERR)): Promise<Session> {
    const { context, kubeconfig: file, cluster, user, as, asGroup: asGroups, requestTimeout: timeoutMs } = options;
    const access = await loadKubeConfig({ file, context, cluster, user, as, asGroups });
    return new Session(options, access, new KubernetesTransport(access, { isAttended, timeoutMs }));
  }

  private constructor(options: ClusterOptions, access: ClusterAccess, transport: KubernetesTransport) {
    const { namespace, context, kubeconfig: file, cluster, user, as, asGroup } = options;
    this.transport = transport;
    this.tasks = new ResourceClient<Task>(transport, SEI_NODE_TASK);
    this.runbooks = new ResourceClient<SeiNodeRunbook>(transport, SEI_NODE_RUNBOOK);
    this.nodes = new ResourceClient(transport, SEI_NODE);
    this.namespace = namespace ?? access.namespace ?? 'default';
    const flags = [
      ['-n', this.namespace],
      ['--context', context],
      ['--kubeconfig', file],
      ['--cluster', cluster],
      ['--user', user],
      ['--as', as],
      ...(asGroup ?? []).map((group) => ['--as-group', group] as const),
    ] as const;
    this.#flags = flags.flatMap(([flag, value]) => (value === undefined ? [] : [`${flag} ${quoted(value)}`])).join(' ');
  }

  /** A command to run next, on the same cluster and namespace. */
  readonly command = (words: string, program: 'kubectl' | 'kubectl snt' = 'kubectl snt'): string =>
    `${program} ${words} ${this.#flags}`;

  /** @throws TaskMissingError */
  async task(name: string): Promise<Task> {
    const task = await this.tasks.get(this.namespace, name);
    if (task !== undefined) return task;
    throw new TaskMissingError(
      `SeiNodeTask ${this.namespace}/${name} does not exist. List those that do: ${this.command('get')}`,
    );
  }

  /** @throws RunbookMissingError */
  async runbook(name: string): Promise<SeiNodeRunbook> {
    const runbook = await this.runbooks.get(this.namespace, name);
    if (runbook !== undefined) return runbook;
    const hint = await nameHint(this.runbooks, this.namespace, name);
    throw new RunbookMissingError(
      `SeiNodeRunbook ${this.namespace}/${name} does not exist.${hint} List those that do: ${this.command('runbook list')}`,
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
