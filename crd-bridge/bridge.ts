import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@temporalio/common';
import { present } from '../api/present.ts';
import { SEI_NODE_TASK } from '../api/resources.ts';
import type { SeiNodeTask } from '../api/sei-node-task.ts';
import { parseWorkflowId, workflowIdOf } from '../api/task-input.ts';
import type { EventRecorder } from '../kubernetes/event-recorder.ts';
import type { KubernetesTransport } from '../kubernetes/kubernetes-transport.ts';
import { Reflector } from '../kubernetes/reflector.ts';
import { ResourceClient } from '../kubernetes/resource-client.ts';
import { TaskReconciler } from './task-reconciler.ts';
import type { TaskWorkflows } from './task-workflows.ts';
import { WorkQueue } from './work-queue.ts';

/** Resources worked on at once; each is two or three short calls. */
const CONCURRENCY = 16;
/** Between two looks for open workflows whose resource is gone, in milliseconds. */
const SWEEP_INTERVAL_MS = 300_000;
/** Before a look that failed is repeated, in milliseconds. */
const SWEEP_RETRY_MS = 5_000;

export interface BridgeOptions {
  readonly transport: KubernetesTransport;
  readonly events: EventRecorder;
  readonly workflows: TaskWorkflows;
  /** Namespaces to watch; empty = all. */
  readonly namespaces: readonly string[];
  /** Label selector of the tasks that are ours; absent = all. */
  readonly taskSelector: string | undefined;
  readonly log: Logger;
}

/** Turns SeiNodeTasks into workflows for as long as it runs. */
export class Bridge {
  readonly #options: BridgeOptions;
  readonly #reflectors: readonly Reflector<SeiNodeTask>[];
  readonly #queue: WorkQueue;

  constructor(options: BridgeOptions) {
    this.#options = options;
    const { transport, events, workflows, log } = options;
    const reconciler = new TaskReconciler({
      find: ({ namespace, name }) => this.#find(`${namespace}/${name}`),
      reconcileAfter: (workflowId, delayMs) => this.#queue.addAfter(workflowId, delayMs),
      tasks: new ResourceClient<SeiNodeTask>(transport, SEI_NODE_TASK),
      events,
      workflows,
      log,
    });
    this.#queue = new WorkQueue({
      concurrency: CONCURRENCY,
      handle: (workflowId) => reconciler.reconcile(workflowId),
      onFailure: (workflowId, error, retryInMs) =>
        log.warn('SeiNodeTask could not be reconciled; it is tried again', { workflowId, retryInMs, error }),
    });
    this.#reflectors = watchedNamespaces(options.namespaces).map((namespace) => this.#reflector(namespace));
  }

  /** Whether the copy of the cluster is complete and being kept up to date. */
  get isReady(): boolean {
    return this.#reflectors.every(({ hasSynced, lastError }) => hasSynced && lastError === undefined);
  }

  /** Resources that wait to be reconciled. */
  get queueLength(): number {
    return this.#queue.size;
  }

  /** Runs until the signal is aborted and what was being reconciled is done. */
  async run(signal: AbortSignal): Promise<void> {
    const watches = this.#reflectors.map((reflector) => reflector.run(signal));
    await Promise.all([...watches, this.#sweep(signal)]);
    await this.#queue.stop();
  }

  #reflector(namespace: string | undefined): Reflector<SeiNodeTask> {
    return new Reflector<SeiNodeTask>({
      transport: this.#options.transport,
      resource: SEI_NODE_TASK,
      ...present({ namespace, labelSelector: this.#options.taskSelector }),
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

  /** Finds what was deleted while no bridge watched: open workflows of this cluster without their resource. */
  async #sweep(signal: AbortSignal): Promise<void> {
    const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    await Promise.race([aborted, Promise.all(this.#reflectors.map(({ synced }) => synced))]);
    while (!signal.aborted) {
      const pauseMs = await this.#sweepOnce();
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #sweepOnce(): Promise<number> {
    try {
      for await (const workflowId of this.#options.workflows.listOpen()) {
        if (this.#isOrphan(workflowId)) this.#queue.add(workflowId);
      }
      return SWEEP_INTERVAL_MS;
    } catch (error) {
      this.#options.log.warn('Open workflows could not be listed; it is tried again', { error });
      return SWEEP_RETRY_MS;
    }
  }

  #isOrphan(workflowId: string): boolean {
    const reference = parseWorkflowId(workflowId);
    if (reference === undefined) return false;
    const { namespaces } = this.#options;
    if (namespaces.length > 0 && !namespaces.includes(reference.namespace)) return false;
    return this.#find(`${reference.namespace}/${reference.name}`)?.metadata.uid !== reference.uid;
  }
}

function watchedNamespaces(namespaces: readonly string[]): readonly (string | undefined)[] {
  return namespaces.length > 0 ? namespaces : [undefined];
}
