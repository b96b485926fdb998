import type { Log } from '../api/log.ts';
import { present } from '../lib/present.ts';
import { SEI_NODE_TASK } from '../api/resources.ts';
import { isTerminal, type SeiNodeTask } from '../api/sei-node-task.ts';
import { parseWorkflowId, workflowIdOf } from '../api/temporal/workflow-id.ts';
import { keyFields } from '../core/task-fields.ts';
import { abortable } from '../lib/abortable.ts';
import { RepeatedFailures } from '../lib/repeated-failures.ts';
import type { EventRecorder } from '../kubernetes/event-recorder.ts';
import type { KubernetesTransport } from '../kubernetes/kubernetes-transport.ts';
import { Reflector } from '../kubernetes/reflector.ts';
import { ResourceClient } from '../kubernetes/resource-client.ts';
import { TaskStatusWriter } from '../kubernetes/task-status-writer.ts';
import { withoutUnread } from './finished-tasks.ts';
import { TaskReconciler } from './task-reconciler.ts';
import type { TaskWorkflows } from './task-workflows.ts';
import { WorkQueue } from './work-queue.ts';
import { WorkflowWatch } from './workflow-watch.ts';

/** Resources reconciled at the same time. Each reconcile is two or three short calls. */
const CONCURRENCY = 16;

export interface BridgeOptions {
  readonly transport: KubernetesTransport;
  readonly events: EventRecorder;
  readonly workflows: TaskWorkflows;
  /** Namespaces to watch. Empty: all namespaces. */
  readonly namespaces: readonly string[];
  /** Label selector for the tasks to carry out. Unset: all. */
  readonly taskSelector: string | undefined;
  /** For tasks without `spec.ttlSecondsAfterFinished`, in milliseconds. Unset: they are kept. */
  readonly defaultTtlMs?: number | undefined;
  readonly log: Log;
}

/** Turns SeiNodeTasks into workflows for as long as it runs. */
export class Bridge {
  readonly #options: BridgeOptions;
  readonly #reflectors: readonly Reflector<SeiNodeTask>[];
  readonly #reconciler: TaskReconciler;
  readonly #queue: WorkQueue;
  readonly #workflowWatch: WorkflowWatch;
  /** Of reconciles, over all tasks. */
  readonly #failures = new RepeatedFailures();

  constructor(options: BridgeOptions) {
    this.#options = options;
    const { transport, events, workflows, log } = options;
    const tasks = new ResourceClient<SeiNodeTask>(transport, SEI_NODE_TASK);
    this.#reconciler = new TaskReconciler({
      find: ({ namespace, name }) => this.#find(`${namespace}/${name}`),
      reconcileAfter: (workflowId, delayMs) => this.#queue.addAfter(workflowId, delayMs),
      tasks,
      statuses: new TaskStatusWriter(tasks),
      events,
      workflows,
      defaultTtlMs: options.defaultTtlMs,
      log,
    });
    this.#queue = new WorkQueue({
      concurrency: CONCURRENCY,
      handle: (workflowId) => this.#reconciler.reconcile(workflowId),
      onFailure: (workflowId, error, retryInMs) =>
        log('ReconcileFailed', { ...keyFields(workflowId), ...this.#failures.failed(error, retryInMs) }),
    });
    this.#workflowWatch = new WorkflowWatch({
      workflows,
      onClosed: (workflowId) => this.#onClosed(workflowId),
      onOpen: (open) => this.#onOpen(open),
      log,
    });
    this.#reflectors = watchedNamespaces(options.namespaces).map((namespace) => this.#reflector(namespace));
  }

  /** Whether the cache is complete and kept up to date by a watch. */
  get isReady(): boolean {
    return this.#reflectors.every(({ hasSynced, lastError }) => hasSynced && lastError === undefined);
  }

  /** Number of resources that wait to be reconciled. */
  get queueLength(): number {
    return this.#queue.size;
  }

  /** Runs until the signal is aborted and the running reconciles are done. */
  async run(signal: AbortSignal): Promise<void> {
    const watches = this.#reflectors.map((reflector) => reflector.run(signal));
    await Promise.all([...watches, this.#watchWorkflows(signal)]);
    await this.#queue.stop();
  }

  #reflector(namespace: string | undefined): Reflector<SeiNodeTask> {
    return new Reflector<SeiNodeTask>({
      transport: this.#options.transport,
      resource: SEI_NODE_TASK,
      ...present({ namespace, labelSelector: this.#options.taskSelector }),
      trim: withoutUnread,
      log: this.#options.log,
      onChange: ({ namespace: in_ = '', name, previousUid, uid }) => {
        for (const each of new Set([previousUid, uid])) {
          if (each !== undefined) this.#queue.add(workflowIdOf({ namespace: in_, name, uid: each }));
        }
      },
    });
  }

  #find(key: string): SeiNodeTask | undefined {
    return this.#reflectors.map((reflector) => reflector.get(key)).find((task) => task !== undefined);
  }

  async #watchWorkflows(signal: AbortSignal): Promise<void> {
    await abortable(Promise.all(this.#reflectors.map(({ synced }) => synced)), signal).catch(() => undefined);
    await this.#workflowWatch.run(signal);
  }

  /**
   * A workflow writes its verdict before it closes. One that was terminated does not, so closed workflows are
   * reconciled.
   */
  #onClosed(workflowId: string): void {
    const task = this.#taskOf(workflowId);
    if (task !== undefined && !isTerminal(task.status?.phase)) this.#lookAgain(workflowId);
  }

  /**
   * Finds orphans of resources that were deleted while no bridge ran, and workflows that the Temporal server has lost.
   */
  #onOpen(open: ReadonlySet<string>): void {
    for (const workflowId of open) if (this.#isOrphan(workflowId)) this.#queue.add(workflowId);
    for (const task of this.#reflectors.flatMap((reflector) => reflector.list())) {
      const workflowId = workflowIdOf(task.metadata);
      if (!isTerminal(task.status?.phase) && !open.has(workflowId)) this.#lookAgain(workflowId);
    }
  }

  #lookAgain(workflowId: string): void {
    this.#reconciler.forget(workflowId);
    this.#queue.add(workflowId);
  }

  #taskOf(workflowId: string): SeiNodeTask | undefined {
    const reference = parseWorkflowId(workflowId);
    const task = reference && this.#find(`${reference.namespace}/${reference.name}`);
    return task?.metadata.uid === reference?.uid ? task : undefined;
  }

  #isOrphan(workflowId: string): boolean {
    const reference = parseWorkflowId(workflowId);
    if (reference === undefined) return false;
    const { namespaces } = this.#options;
    if (namespaces.length > 0 && !namespaces.includes(reference.namespace)) return false;
    return this.#taskOf(workflowId) === undefined;
  }
}

function watchedNamespaces(namespaces: readonly string[]): readonly (string | undefined)[] {
  return namespaces.length > 0 ? namespaces : [undefined];
}
